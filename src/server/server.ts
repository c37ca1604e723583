import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { Bulkhead } from '../common/bulkhead.js';
import type { Clock } from '../common/clock.js';
import type { Meter } from '../common/metrics.js';
import { projectRoot } from '../common/version.js';
import type { Config } from '../config/schema.js';
import type { EventBus } from '../events/bus.js';
import { type Analyser, TapCounter, WorkerPool } from '../sfu/index.js';
import { findWorkerBinary } from '../sfu/worker-binary.js';
import { ALONE, type Placement } from '../cluster/placement.js';
import { resolveAccess } from './access.js';
import { Attachments } from './attachments.js';
import { type AuditLog, FileAuditLog, loggedAudit } from './audit-log.js';
import { CallRooms } from './call-rooms.js';
import { clusterHost } from './cluster-host.js';
import { ConnectionGuard } from './connection-guard.js';
import { HostedDoor, hostedEndpoint } from './hosted/hosted-door.js';
import { type HttpFront, ownFront } from './http-front.js';
import { createRoutes, type TelemetryHandlers } from './http-routes.js';
import { HttpTurns } from './http-turns.js';
import { iceServersFor } from './ice-servers.js';
import { Limits } from './limits.js';
import { guardedMetrics, METRICS_CLOSED, metricsAccess, openMetricsPort } from './metrics-door.js';
import type { KeysState } from './remote-keys.js';
import { type GrantsGiven, type ServerInfo, SUBPROTOCOL } from './protocol.js';
import { Moderation } from './moderation.js';
import { openFilesWarning } from './open-files.js';
import { checkFolder, FileRecordings } from './recordings/file-recordings.js';
import { Recordings } from './recordings/recordings.js';
import { Replays } from './replays.js';
import { securityHeaders } from './security-headers.js';
import { SeatTickets } from './seat-tickets.js';
import type { Services } from './services.js';
import { OpenSockets } from './open-sockets.js';
import { SocketDoor } from './socket-door.js';
import { Subscribers } from './subscribers.js';
import { mintToken, verifyToken } from './tokens.js';
import { WhipDoor } from './whip/whip-door.js';
import { Withdrawals } from './withdrawals.js';
import { WordReaders } from './word-readers.js';

export interface ServerDeps {
  config: Config;
  analyser: Analyser;
  bus: EventBus;
  meter: Meter;
  logger: Logger;
  clock: Clock;
  info: () => Omit<ServerInfo, 'protocols' | 'openDoor' | 'policy'>;
  telemetry: TelemetryHandlers;
  /** Takes the place of a random one where no secret is configured. */
  developmentSecret?: string | undefined;
  /** Folder of the built page; dist/client if not given. */
  clientDir?: string;
  /** mediasoup's worker program; the installed one if not given. */
  workerBin?: string;
  /** Where HTTP and WebSockets come in; a server of our own, if not given. */
  front?: HttpFront;
  /** Which rooms are this node's, where it is one of many; without, all are. */
  placement?: Placement | undefined;
  /** What gives way in analysis, 0 (nothing) to 1. Default 0. */
  saturation?: () => number;
  /** People can be in calls of ours. Default true; without, nobody can join and no media worker is started. */
  calls?: boolean;
}

export interface RunningServer {
  /** Where the page is, e.g. `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly port: number;
  /** Where metrics are read; undefined: nowhere. */
  readonly metricsUrl: string | undefined;
  /** No secret was configured: anybody on this machine may have a token. */
  readonly development: boolean;
  /** How it stands with the keys of an identity provider, where one is configured. */
  readonly tokenKeys: KeysState | undefined;
  /** Open rooms: tests and benchmarks reach the routers through them. */
  readonly rooms: CallRooms;
  readonly pool: WorkerPool;
  /** People of other applications. */
  readonly attachments: Attachments;
  /** Makes an access token. @throws EmostreamError FORBIDDEN where there is no secret to sign by */
  mint(grants: GrantsGiven, life: { ttlSeconds: number; subject?: string | undefined }): Promise<string>;
  /** Open WebSockets. */
  readonly sockets: number;
  /** Tells everybody, closes everything, and resolves when all is closed; never takes longer than a few seconds. */
  close(): Promise<void>;
}

/** A lost seat can be taken again for so long at least, ms: browsers notice a lost connection late. */
const MIN_SEAT_HOLD_MS = 60_000;
const DAY_MS = 86_400_000;
/** Connections that have shown no token, beside the WebSockets. */
const MAX_WITHOUT_TOKEN = 500;

/**
 * Starts the server: media workers, HTTP and WebSocket.
 * @throws EmostreamError CONFIG_INVALID or INTERNAL when something cannot be started; nothing is left running then
 */
export async function createServer(deps: ServerDeps): Promise<RunningServer> {
  const { bus, meter, logger, clock, placement = ALONE } = deps;
  const allowedOrigins = [...deps.config.allowedOrigins];
  const config = { ...deps.config, allowedOrigins };
  const access = resolveAccess(config, deps, deps.developmentSecret);
  // It never fails: `tokenKeys` says how it went.
  access.keys?.warm().catch(() => undefined);
  const policy = { face: config.allowFace, voice: config.allowVoice, words: config.allowWords };
  const limits = new Limits(config, meter);
  const guard = new ConnectionGuard({
    rate: limits.connections,
    maxPerAddress: config.maxConnectionsPerAddress,
    maxWithoutToken: MAX_WITHOUT_TOKEN,
    trustedProxies: config.trustedProxies,
    meter,
  });
  const front = deps.front ?? ownFront(config, logger);
  // Who can reach somebody else's server is not known here.
  const reach = front.foreign ? { ...config, host: '0.0.0.0' } : config;
  const fewFiles = openFilesWarning(config, MAX_WITHOUT_TOKEN);
  if (fewFiles) logger.warn(fewFiles);
  const perSocket = (socket: Duplex) => new Bulkhead('connection', { meter, logger, close: () => socket.destroy() });
  const pool = await WorkerPool.create({
    size: deps.calls === false ? 'none' : config.rtcWorkers,
    rtcHost: config.rtcHost,
    rtcAnnouncedAddress: config.rtcAnnouncedAddress,
    rtcPort: config.rtcPort,
    rtcTcp: config.rtcTcp,
    workerBin: deps.workerBin ?? findWorkerBinary(),
    meter,
    logger,
  });
  let audit: AuditLog | undefined;
  let metrics: Awaited<ReturnType<typeof openMetricsPort>>;
  try {
    if (config.recordings !== undefined) await checkFolder(config.recordings);
    audit = config.auditLog ? await FileAuditLog.open(config.auditLog, deps) : loggedAudit(logger);
    metrics = await openMetricsPort(config, deps.telemetry.metrics);
  } catch (error) {
    metrics?.server.close();
    await Promise.all([pool.close(), audit?.close()]);
    throw error;
  }
  const wordReaders = new WordReaders();
  const moderation = new Moderation({ clock, meter, removalMs: config.removalTime * 1000 });
  const tapCounter = new TapCounter(meter);
  const { language } = deps.info().speech;
  const recordings = new Recordings({
    ...{ audit, clock, smoothingMs: config.smoothing },
    members: (room) => [...(rooms.open.get(room)?.recorded ?? []), ...attachments.recorded(room)],
  });
  const replays = new Replays({
    ...{ bus, clock, meter },
    isLive: (room) => rooms.open.has(room) || attachments.of(room).size > 0,
  });
  const fileRecordings = new FileRecordings({
    ...{ recordings, bus, wordReaders, clock, meter, logger },
    folder: config.recordings,
    maxFileBytes: config.recordingFileBytes,
    maxBytes: config.recordingsMaxBytes,
    maxAgeMs: config.recordingsMaxAge * DAY_MS,
  });
  const attachments: Attachments = new Attachments({
    ...{ ...deps, audit, policy, wordReaders, moderation, recordings, replays, language, tapCounter },
    seated: (room, participant) => rooms.open.get(room)?.nameOf(participant) !== undefined,
  });
  const rooms: CallRooms = new CallRooms({
    pool,
    audit,
    wordReaders,
    moderation,
    recordings,
    replays,
    language,
    attached: (room, participant) => attachments.of(room).has(participant),
    maxBitrate: config.maxBitrate,
    maxPacketRate: config.maxPacketRate,
    maxParticipants: config.maxParticipantsPerRoom,
    maxConsumersPerWorker: config.maxConsumersPerWorker,
    maxRooms: config.maxRooms,
    maxRoomsPerAddress: config.maxRoomsPerAddress,
    maxSeatsPerToken: config.maxSeatsPerToken,
    maxSeatsPerAddress: config.maxSeatsPerAddress,
    tapCounter,
    ...deps,
  });
  const graceMs = config.tokenGrace * 1000;
  const services: Services = {
    rooms,
    attachments,
    bus,
    placement,
    policy,
    audit,
    subscribers: new Subscribers(meter),
    wordReaders,
    limits,
    verify: (token) => verifyToken(access.tokens, token, clock()),
    meter,
    logger,
    clock,
    tickets: new SeatTickets({ holdMs: Math.max(config.seatHold * 1000, MIN_SEAT_HOLD_MS), graceMs, clock, meter }),
    moderation,
    recordings,
    fileRecordings,
    replays,
    withdrawals: new Withdrawals({ clock, meter }),
    iceServers: iceServersFor(config, clock),
    sessions: new Set(),
    tokenGraceMs: graceMs,
  };
  const sockets = new OpenSockets();
  const door = new SocketDoor({ config, access, services, guard, sockets, meter, logger });
  const hosted = new HostedDoor({ config, access, services, guard, sockets, meter, logger });
  const whip = new WhipDoor({ services, access, allowedOrigins, guard, iceServers: services.iceServers, logger });
  const headersFor = (nodes: readonly string[] = []) =>
    securityHeaders({ tls: config.tlsCert !== undefined, allowedOrigins: deps.config.allowedOrigins, nodes });
  const headers = headersFor();
  const routes = createRoutes({
    access,
    whip,
    allowedOrigins,
    tokenTtlSeconds: config.tokenTtl,
    info: () => ({ ...deps.info(), protocols: [SUBPROTOCOL], openDoor: access.openDoor, policy }),
    telemetry: { ...deps.telemetry, metrics: guardedMetrics(reach, deps.telemetry.metrics) },
    clientDir: deps.clientDir ?? join(projectRoot(), 'dist', 'client'),
    headers,
    guard,
    ...services,
    logger,
  });
  if (metricsAccess(reach) === 'closed') logger.warn(METRICS_CLOSED);
  const turns = new HttpTurns(meter);
  let closing: Promise<void> | undefined;
  const close = async () => {
    if (placement !== ALONE) {
      door.shut();
      await placement.drain();
    }
    const closed = front.close();
    // Subscribers hear how analysis ended before their sockets close, and both before the media workers end. All of it is
    // said before anything is awaited: a signal to the process group ends the workers meanwhile.
    door.shut();
    rooms.close();
    hosted.close();
    attachments.close();
    await door.close();
    metrics?.server.close();
    metrics?.server.closeAllConnections();
    front.cut();
    await fileRecordings.close();
    await Promise.all([closed, pool.close(), audit.close()]);
  };
  try {
    await front.open({
      connection: (socket) => perSocket(socket).attempt(() => guard.accept(socket)),
      request: (request, response) => {
        if (turns.enter(request, response)) perSocket(request.socket).attempt(() => routes(request, response));
      },
      upgrade: (request, socket, head) =>
        perSocket(socket).attempt(() => {
          const endpoint = hostedEndpoint(request);
          return endpoint ? hosted.upgrade(endpoint, request, socket, head) : door.upgrade(request, socket, head);
        }),
    });
    const connectTo = (origins: readonly string[]) => Object.assign(headers, headersFor(origins));
    const { saturation = () => 0 } = deps;
    await placement.begin(
      clusterHost({ url: front.url, rooms, door, wordReaders, fileRecordings, saturation, allowedOrigins, connectTo }),
    );
  } catch (error) {
    await close();
    throw error;
  }
  return {
    get url() {
      return front.url;
    },
    get metricsUrl() {
      return metrics?.url ?? (metricsAccess(reach) === 'closed' || !front.url ? undefined : `${front.url}/metrics`);
    },
    get port() {
      return front.port;
    },
    development: access.development,
    rooms,
    pool,
    attachments,
    mint: async (grants, life) => (await mintToken(access.tokens, grants, { ...life, nowMs: clock() })).token,
    get tokenKeys() {
      return access.keys?.state;
    },
    get sockets() {
      return door.size + hosted.size;
    },
    close: () => (closing ??= close()),
  };
}
