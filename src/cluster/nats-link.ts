import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import type { ConnectionOptions, NatsConnection } from '@nats-io/transport-node';
import { EmostreamError, firstLine } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import { waitAtMost } from '../common/wait-at-most.js';
import { type NatsOptions, natsServer } from '../config/nats-checks.js';
import { untilReady } from './until-ready.js';

/** What is told of the connection; never credentials. */
export interface LinkLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface LinkDeps {
  meter: Meter;
  logger: LinkLog;
  /** Names this node to NATS's operators (`nats server report connections`). */
  name?: string;
  /** How long the first connecting is tried, ms; default 10 s. */
  startMs?: number;
}

/** Between tries of all servers, with jitter so that nodes do not come all at once; ms. */
const RETRY_MS = 250;
const RETRY_JITTER_MS = 250;
const CONNECT_TIMEOUT_MS = 2000;
/** A server that answers two pings not is given up: a connection that died without a word is noticed in 3 s. */
const PING_MS = 1000;
const MOST_PINGS = 2;
const CLOSE_MS = 2000;

/**
 * This node's connection to NATS. Once it stands it is taken up again for as long as the process lives, however long NATS is away:
 * what uses it looks at `connected`, and holds back what it would send, for the client library would keep that without bound.
 */
export class NatsLink {
  readonly connection: NatsConnection;
  /** Where what is told of NATS goes. */
  readonly logger: LinkLog;
  readonly #listeners = new Set<(connected: boolean) => void>();
  #connected = true;
  #closing: Promise<void> | undefined;

  private constructor(connection: NatsConnection, { meter, logger }: LinkDeps) {
    this.connection = connection;
    this.logger = logger;
    this.onChange((connected) => meter.set('emostream_nats_connected', connected ? 1 : 0));
    void this.#follow(meter, logger).catch((error: unknown) => {
      logger.warn({ error: firstLine(error) }, 'NATS: nothing more is told of the connection');
    });
  }

  /**
   * Connects. A node that never saw NATS knows nothing of the others' rooms, so it does not start without.
   * @throws EmostreamError NATS_UNAVAILABLE when no server is reached in time, NATS_REFUSED when one takes not our credentials
   */
  static async open(options: NatsOptions, deps: LinkDeps): Promise<NatsLink> {
    // Loaded where it is used: a server that is alone does without.
    const nats = await import('@nats-io/transport-node');
    const isFinal = (error: unknown) => error instanceof nats.AuthorizationError;
    const connect = async () => nats.connect(connectionOptions(nats, options, deps.name));
    try {
      const link = new NatsLink(await untilReady(connect, { ms: deps.startMs, isFinal }), deps);
      deps.logger.info({ server: link.connection.getServer() }, 'NATS: connected');
      return link;
    } catch (error) {
      const servers = options.nats.join(', ');
      if (isFinal(error)) {
        const advice = 'check natsCreds or natsTokenFile';
        throw new EmostreamError('NATS_REFUSED', `NATS (${servers}) does not take our credentials: ${advice}`);
      }
      const message = `none of the NATS servers can be used (${servers}: ${firstLine(error)}): start them, or correct the option nats`;
      throw new EmostreamError('NATS_UNAVAILABLE', message, { cause: error });
    }
  }

  /** Whether NATS is reached, as far as is known. */
  get connected(): boolean {
    return this.#connected;
  }

  /** Tells it now, and whenever it changes; what it is told by must not throw. Returns what ends that. */
  onChange(listener: (connected: boolean) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#connected);
    return () => void this.#listeners.delete(listener);
  }

  /** What is on its way is sent where that is possible at once. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    if (this.connected)
      await waitAtMost(
        CLOSE_MS,
        this.connection.flush().catch(() => undefined),
      );
    await this.connection.close();
    this.#tell(false);
    this.#listeners.clear();
  }

  async #follow(meter: Meter, logger: LinkLog): Promise<void> {
    for await (const status of this.connection.status()) {
      switch (status.type) {
        case 'disconnect':
          this.#tell(false);
          if (this.#closing) break;
          meter.count('emostream_nats_disconnects_total');
          logger.warn({ server: status.server }, 'NATS: the connection is lost; trying again');
          break;
        case 'reconnect':
          this.#tell(true);
          logger.info({ server: status.server }, 'NATS: connected again');
          break;
        case 'error':
          meter.count('emostream_errors_total', { code: 'NATS_REFUSED' });
          // The error's own text has the subject, and with it who somebody is.
          logger.warn({ error: status.error.name, what: operationOf(status.error) }, 'NATS: refused');
          break;
        default:
      }
    }
  }

  #tell(connected: boolean): void {
    if (connected === this.#connected) return;
    this.#connected = connected;
    for (const listener of [...this.#listeners]) listener(connected);
  }
}

/** What was not allowed, and on which kind of subject: the first of its tokens, which names nobody. */
function operationOf(error: object): string | undefined {
  const { operation, subject } = error as { operation?: unknown; subject?: unknown };
  if (typeof operation !== 'string' || typeof subject !== 'string') return undefined;
  return `${operation} to ${subject.split('.', 1)[0] ?? ''}.…`;
}

type Nats = typeof import('@nats-io/transport-node');

/**
 * Whom a certificate must name. The client library names no server that is an address, and Node.js would then take one for
 * "localhost": of those it must name one that was configured.
 */
function byName(servers: readonly { host: string }[]): object {
  const hosts = servers.map(({ host }) => new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, ''));
  const addresses = hosts.filter((host) => isIP(host) !== 0 || host === 'localhost');
  return {
    checkServerIdentity: (name: string, certificate: PeerCertificate): Error | undefined => {
      const wrong = (name === 'localhost' ? addresses : [name]).map((each) => checkServerIdentity(each, certificate));
      return wrong.includes(undefined) ? undefined : (wrong[0] ?? new Error('it names no server of the option nats'));
    },
  };
}

function connectionOptions(nats: Nats, options: NatsOptions, name?: string): ConnectionOptions {
  const servers = options.nats.flatMap((address) => natsServer(address) ?? []);
  const { natsCreds, natsTokenFile, natsCa } = options;
  // `tls://` insists on TLS, and so do certificates to check it by; over `nats://` it is used where the server wants it.
  const tls = natsCa !== undefined || servers.some((server) => server.tls);
  return {
    servers: servers.map(({ host }) => host),
    ...(name !== undefined && { name }),
    // Functions, so that new credentials are taken without a restart.
    ...(natsCreds !== undefined && { authenticator: nats.credsAuthenticator(() => readFileSync(natsCreds)) }),
    ...(natsTokenFile !== undefined && {
      authenticator: nats.tokenAuthenticator(() => readFileSync(natsTokenFile, 'utf8').trim()),
    }),
    ...(tls && { tls: { ...(natsCa && { ca: readFileSync(natsCa, 'utf8') }), ...byName(servers) } }),
    timeout: CONNECT_TIMEOUT_MS,
    pingInterval: PING_MS,
    maxPingOut: MOST_PINGS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RETRY_MS,
    reconnectJitter: RETRY_JITTER_MS,
    reconnectJitterTLS: RETRY_JITTER_MS,
    // Credentials may be refused for a while, as they are renewed.
    ignoreAuthErrorAbort: true,
  };
}
