import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { WebSocketServer } from 'ws';
import { type Agreement, NO_AGREEMENT, isAnything } from '../../common/consent.js';
import { EmostreamError } from '../../common/errors.js';
import { HOSTED_ENDPOINTS, type HostedEndpoint } from '../../common/hosted-answers.js';
import type { Meter } from '../../common/metrics.js';
import type { Config } from '../../config/schema.js';
import { roomIdSchema } from '../../events/schema.js';
import type { Access } from '../access.js';
import type { ConnectionGuard } from '../connection-guard.js';
import { parseConsent } from '../declared-consent.js';
import { consentingSubject, requireGrant, roomFor } from '../grants.js';
import { RefusingSocket } from '../refusing-socket.js';
import type { Services } from '../services.js';
import type { Identity } from '../tokens.js';
import type { OpenSockets } from '../open-sockets.js';
import { UpgradeTurn } from '../upgrade-turn.js';
import { bearerToken, checkOrigin } from '../upgrade.js';
import { AudioMedium } from './audio-medium.js';
import { HostedSeats, type SeatRequest } from './hosted-seats.js';
import { HostedSocket } from './hosted-socket.js';
import { RealtimeSession } from './realtime-session.js';
import { StreamSession } from './stream-session.js';
import { VideoMedium } from './video-medium.js';

export interface HostedDoorDeps {
  config: Config;
  access: Access;
  services: Services;
  guard: ConnectionGuard;
  /** Those of all doors. */
  sockets: OpenSockets;
  meter: Meter;
  logger: Logger;
}

/** What of a session the door and its socket call. */
export interface Session {
  open(): Promise<void>;
  message(data: Buffer, isBinary: boolean): void;
  gone(): void;
  shut(): void;
}

interface Endpoint {
  path: string;
  maxMessageBytes: number;
  bytesPerSecond: number;
  session: (request: SeatRequest, socket: HostedSocket, seats: HostedSeats) => Session;
}

const MIB = 2 ** 20;
const ENDPOINTS: Record<HostedEndpoint, Endpoint> = {
  video: {
    path: '/v1/expression/video/realtime',
    maxMessageBytes: 2 * MIB,
    bytesPerSecond: 4 * MIB,
    session: (request, socket, seats) =>
      new RealtimeSession({ endpoint: 'video', seats, request, medium: (env) => new VideoMedium(env) }, socket),
  },
  audio: {
    path: '/v1/expression/audio/realtime',
    maxMessageBytes: MIB,
    bytesPerSecond: MIB / 4,
    session: (request, socket, seats) =>
      new RealtimeSession({ endpoint: 'audio', seats, request, medium: (env) => new AudioMedium(env) }, socket),
  },
  stream: {
    path: '/v0/stream/models',
    maxMessageBytes: 3 * MIB,
    bytesPerSecond: 4 * MIB,
    session: (request, socket, seats) => new StreamSession(request, socket, seats),
  },
};

/** What an upgrade is for, by its path. */
export function hostedEndpoint({ url }: IncomingMessage): HostedEndpoint | undefined {
  const path = (url ?? '').split('?', 1)[0];
  return HOSTED_ENDPOINTS.find((endpoint) => ENDPOINTS[endpoint].path === path);
}

const MAX_FRAGMENTS = 32;
/** Reads that one message may come in: 2 MiB in the packets of an ordinary network are 1500. */
const MAX_BUFFERED_CHUNKS = 4096;
/** `ws` answers pings by itself; @types/ws does not know this option yet. */
const UNTYPED_OPTIONS = { maxBufferedChunks: MAX_BUFFERED_CHUNKS };
const MAX_NAME = 64;

/** Where programs come in that were written for the hosted expression API: with an access token of ours in the place of its key. */
export class HostedDoor {
  readonly #deps: HostedDoorDeps;
  readonly #servers: Record<HostedEndpoint, WebSocketServer>;
  readonly #seats = new HostedSeats();
  readonly #open = new Map<HostedSocket, { session: Session; endpoint: HostedEndpoint; token: string }>();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #turn: UpgradeTurn;

  constructor(deps: HostedDoorDeps) {
    this.#deps = deps;
    this.#turn = new UpgradeTurn(deps, () => [...this.#open.values()].map(({ token }) => token));
    const server = ({ maxMessageBytes: maxPayload }: Endpoint) =>
      new WebSocketServer({
        ...UNTYPED_OPTIONS,
        ...{ noServer: true, clientTracking: false, maxPayload, perMessageDeflate: false },
        ...{ maxFragments: MAX_FRAGMENTS, WebSocket: RefusingSocket },
      });
    const { video, audio, stream } = ENDPOINTS;
    this.#servers = { video: server(video), audio: server(audio), stream: server(stream) };
    this.#heartbeat = setInterval(() => {
      for (const socket of this.#open.keys()) socket.bulkhead.attempt(() => socket.beat());
    }, deps.config.heartbeat);
  }

  /** Open sockets. */
  get size(): number {
    return this.#open.size;
  }

  upgrade(endpoint: HostedEndpoint, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    return this.#turn.take(request, socket, {
      admit: (address) => this.#admit(request, address),
      accept: (seat) =>
        this.#servers[endpoint].handleUpgrade(request, socket, head, (webSocket) =>
          this.#accept(endpoint, webSocket as RefusingSocket, socket, seat),
        ),
    });
  }

  /** Tells everybody that the server ends, and closes all sockets, before this returns. */
  close(): void {
    if (this.#turn.closing) return;
    this.#turn.shut();
    clearInterval(this.#heartbeat);
    for (const [socket, { session }] of [...this.#open]) socket.bulkhead.attempt(() => session.shut());
    for (const server of Object.values(this.#servers)) server.close();
  }

  /** @throws EmostreamError what an upgrade is refused with */
  async #admit(request: IncomingMessage, address: string): Promise<SeatRequest> {
    const { access, config, services } = this.#deps;
    checkOrigin(request.headers, { access, allowedOrigins: config.allowedOrigins });
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
    const header = (name: string): string | undefined => [request.headers[name]].flat()[0];
    const token =
      header('x-hume-api-key') ?? bearerToken(header('authorization')) ?? query.get('api_key') ?? query.get('apiKey');
    if (!token) {
      throw new EmostreamError('UNAUTHENTICATED', 'no access token: send one as X-Hume-Api-Key, or as a bearer token');
    }
    const identity = await services.verify(token);
    requireGrant(identity, 'publish');
    const named = query.get('room') ?? header('emostream-room');
    if (named !== undefined && !roomIdSchema.safeParse(named).success) {
      throw new EmostreamError('BAD_MESSAGE', 'room: a room is 1 to 64 letters, digits, "-" or "_"');
    }
    const room = roomFor(identity, named, services.moderation);
    const agreement = declaredBy(header('emostream-consent') ?? query.get('consent') ?? undefined, identity);
    if (isAnything(agreement.consent)) consentingSubject(identity);
    const name = (header('emostream-name') ?? identity.name ?? identity.subject ?? 'guest').slice(0, MAX_NAME);
    return { services, identity, address, room, name, agreement };
  }

  #accept(endpoint: HostedEndpoint, webSocket: RefusingSocket, stream: Duplex, request: SeatRequest): void {
    const { config, services, meter, logger } = this.#deps;
    const { maxMessageBytes, bytesPerSecond, session: create } = ENDPOINTS[endpoint];
    webSocket.maxMessageBytes = maxMessageBytes;
    webSocket.refusal = (message) => [{ type: 'error', code: 'message_too_large', message, retryable: false }];
    const { maxMessagesPerSecond, maxBufferedBytes } = config;
    const limits = { maxMessageBytes, bytesPerSecond, maxMessagesPerSecond, maxBufferedBytes };
    const socket = new HostedSocket(
      webSocket,
      stream,
      { meter, logger, clock: services.clock, ...limits },
      {
        message: (data, isBinary) => session.message(data, isBinary),
        close: () => {
          this.#open.delete(socket);
          this.#count(endpoint);
          session.gone();
        },
      },
    );
    const session = create(request, socket, this.#seats);
    this.#open.set(socket, { session, endpoint, token: request.identity.digest });
    this.#count(endpoint);
    socket.bulkhead.attempt(() => session.open());
  }

  #count(endpoint: HostedEndpoint): void {
    const open = [...this.#open.values()].filter((one) => one.endpoint === endpoint).length;
    this.#deps.meter.set('emostream_hosted_sessions', open, { endpoint });
  }
}

/** By the upgrade, or by the token. @throws EmostreamError BAD_MESSAGE */
function declaredBy(text: string | undefined, identity: Identity): Agreement {
  return text === undefined ? (identity.declared ?? NO_AGREEMENT) : parseConsent(text);
}
