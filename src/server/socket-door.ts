import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { WebSocketServer } from 'ws';
import type { Meter } from '../common/metrics.js';
import type { Config } from '../config/schema.js';
import type { Access } from './access.js';
import type { ConnectionGuard } from './connection-guard.js';
import { Connection } from './connection.js';
import { handThroughUpgrade, mayHandThrough } from './hand-through.js';
import { dispatch } from './handlers/index.js';
import { SUBPROTOCOL } from './protocol.js';
import { RefusingSocket } from './refusing-socket.js';
import type { OpenSockets } from './open-sockets.js';
import { ReplayTurns } from './replay-turns.js';
import type { Services } from './services.js';
import { Session } from './session.js';
import { UnsentBytes } from './unsent-bytes.js';
import { UpgradeTurn } from './upgrade-turn.js';
import { admit, type Admitted } from './upgrade.js';

export interface SocketDoorDeps {
  config: Config;
  access: Access;
  services: Services;
  guard: ConnectionGuard;
  /** Those of all doors. */
  sockets: OpenSockets;
  meter: Meter;
  logger: Logger;
}

/** The close code for "comes back" (IANA's registry of WebSocket close codes, 1012). */
const SERVICE_RESTART = 1012;
/** How long clients may take to answer the closing, ms. */
const CLOSE_PATIENCE_MS = 1000;
/** Ways back in; nobody tries more. */
const MOST_NODES_TOLD = 16;
/** Frames that one message may be cut into: clients send one frame, or pieces of some kB. */
const MAX_FRAGMENTS = 32;
/** Pings are counted by the MessageGate, which tells why it closes; @types/ws does not know this option of `ws` yet. */
const UNTYPED_OPTIONS = { maxPendingAutoPongs: 0 };
/** Reads that one frame may come in, and are held until it is whole: 256 kB in the packets of an ordinary network are 180. */
const MAX_BUFFERED_CHUNKS = 512;

/** Where WebSockets come in: checks who they are, gives each a connection and a session, and keeps their heartbeat. */
export class SocketDoor {
  readonly #deps: SocketDoorDeps;
  readonly #server: WebSocketServer;
  readonly #connections = new Map<Connection, Session>();
  /** Tokens of those that are handed through to another node. */
  readonly #through = new Map<Duplex, string>();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #turns = new ReplayTurns();
  readonly #unsent: UnsentBytes;
  readonly #turn: UpgradeTurn;
  /** Called when the last connection is gone. */
  #onEmpty: () => void = () => undefined;

  constructor(deps: SocketDoorDeps) {
    this.#deps = deps;
    this.#turn = new UpgradeTurn(deps, () => [
      ...[...this.#connections.values()].map(({ caller }) => caller.token),
      ...this.#through.values(),
    ]);
    this.#unsent = new UnsentBytes(deps.config.maxBufferedBytesPerAddress);
    this.#server = new WebSocketServer({
      ...UNTYPED_OPTIONS,
      noServer: true,
      clientTracking: false,
      maxPayload: deps.config.maxMessageBytes,
      perMessageDeflate: false,
      maxFragments: MAX_FRAGMENTS,
      maxBufferedChunks: MAX_BUFFERED_CHUNKS,
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
      WebSocket: RefusingSocket,
    });
    this.#heartbeat = setInterval(() => {
      for (const connection of this.#connections.keys()) connection.bulkhead.attempt(() => connection.beat());
    }, deps.config.heartbeat);
  }

  get size(): number {
    return this.#connections.size;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { config, access, services } = this.#deps;
    return this.#turn.take(request, socket, {
      admit: async () => {
        const admitted = await admit(request, { access, allowedOrigins: config.allowedOrigins, ...services });
        const { room } = admitted.identity.grants;
        const inner = room !== '*' && mayHandThrough(request) ? await services.placement.through(room) : undefined;
        return { ...admitted, inner };
      },
      accept: ({ inner, ...admitted }, address) => {
        if (inner !== undefined) {
          this.#through.set(socket, admitted.identity.digest);
          socket.once('close', () => this.#through.delete(socket));
          return handThroughUpgrade(request, socket, head, inner, address);
        }
        this.#server.handleUpgrade(request, socket, head, (webSocket) =>
          // The class given to the WebSocketServer, which its type does not tell.
          this.#accept(webSocket as RefusingSocket, socket, admitted, address),
        );
      },
    });
  }

  /** Tells everybody which servers there are. */
  tellNodes(urls: readonly string[]): void {
    if (urls.length < 2) return;
    for (const connection of this.#connections.keys()) {
      connection.bulkhead.attempt(() => connection.notify({ type: 'nodes', urls: urls.slice(0, MOST_NODES_TOLD) }));
    }
  }

  /** Nobody is let in any more. */
  shut(): void {
    this.#turn.shut();
  }

  /**
   * Tells everybody that the server closes, and closes all sockets, before this returns; then waits for the answers. Those
   * that do not answer in time are cut off.
   */
  async close(): Promise<void> {
    this.shut();
    clearInterval(this.#heartbeat);
    for (const socket of this.#through.keys()) socket.destroy();
    const allClosed = new Promise<void>((resolve) => {
      if (this.size === 0) resolve();
      else this.#onEmpty = resolve;
    });
    for (const connection of this.#connections.keys()) {
      connection.bulkhead.steps(
        () => connection.notify({ type: 'serverClosing' }),
        () =>
          connection.close(SERVICE_RESTART, 'CLOSED: the server closes or restarts; connect again', 'server-closing'),
      );
    }
    const timer = setTimeout(() => {
      for (const connection of this.#connections.keys()) {
        connection.bulkhead.attempt(() => connection.terminate('server-closing'));
      }
    }, CLOSE_PATIENCE_MS);
    await allClosed;
    clearTimeout(timer);
    this.#server.close();
  }

  #accept(socket: RefusingSocket, stream: Duplex, admitted: Admitted, address: string): void {
    const { config, services, meter, logger } = this.#deps;
    socket.maxMessageBytes = config.maxMessageBytes;
    const connection: Connection = new Connection(socket, {
      ...config,
      clock: services.clock,
      meter,
      logger,
      turns: this.#turns,
      unsent: this.#unsent.share(address),
      crowded: (weight) => session.costs.message(weight),
      withdraw: (message, waiting) => session.withdraw(message, waiting),
      handle: (message, arrivalMs) => dispatch(message, session, arrivalMs),
      reached: () => session.reached,
      afterResponse: () => session.runAfterResponse(),
      onClose: (reason) => {
        this.#connections.delete(connection);
        session.close(reason);
        if (this.size === 0) this.#onEmpty();
      },
    });
    const session = new Session(services, admitted, address, connection);
    this.#connections.set(connection, session);
    connection.tellBeat();
    const { urls } = services.placement;
    if (urls.length > 1) connection.notify({ type: 'nodes', urls: urls.slice(0, MOST_NODES_TOLD) });
    // `ws` was first to listen, but must not be first to read.
    stream.prependListener(
      'data',
      connection.bulkhead.wrap((chunk: Buffer) => connection.received(chunk.length)),
    );
  }
}
