import * as http from 'node:http';
import * as https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { EmostreamError } from '../common/errors.js';
import type { Config } from '../config/schema.js';
import { certificateWarning, loadTls } from '../config/tls.js';
import { hostForUrl, listen } from './listen.js';

export type HttpServer = http.Server | https.Server;

export interface FrontHandlers {
  /** A connection of ours: it may be refused by destroying it. */
  connection: (socket: Socket) => void;
  request: http.RequestListener;
  upgrade: (request: http.IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** Where HTTP and WebSockets come in. */
export interface HttpFront {
  /** Address of the page without a slash at its end; empty where nothing listens. */
  readonly url: string;
  readonly port: number;
  /** Somebody else's: who reaches it is theirs to know. */
  readonly foreign: boolean;
  /** @throws EmostreamError CONFIG_INVALID */
  open(handlers: FrontHandlers): Promise<void>;
  /** Takes nobody new, before this returns; resolves when the last answer is out. */
  close(): Promise<void>;
  /** Cuts off who is still connected, as far as they are ours. */
  cut(): void;
}

/** Somebody's server, and the path under which ours is on it. */
export interface Mount {
  server: HttpServer;
  /** Such as `/emostream`. */
  path: string;
}

/** Slow or silent HTTP clients are cut off after so long, ms. */
const HEADERS_TIMEOUT_MS = 5000;
const REQUEST_TIMEOUT_MS = 10_000;
/** Node looks for them so often; its own default of 30 s would make the two above untrue. */
const CHECKING_INTERVAL_MS = 500;
/** Connections that are neither read nor written for so long are cut off, ms. */
const IDLE_TIMEOUT_MS = 15_000;

/** A server of our own, where the configuration says. */
export function ownFront(config: Config, logger: Logger): HttpFront {
  const server = createHttpServer(config, logger);
  const port = () => (server.address() as AddressInfo | null)?.port ?? 0;
  return {
    foreign: false,
    get url() {
      return `${config.tlsCert ? 'https' : 'http'}://${hostForUrl(config.host)}:${port()}`;
    },
    get port() {
      return port();
    },
    open: async ({ connection, request, upgrade }) => {
      server.on('connection', connection);
      server.on('request', request);
      server.on('upgrade', upgrade);
      await listen(server, {
        host: config.host,
        port: config.httpPort,
        flags: { host: '--host', port: '--http-port' },
      });
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
    cut: () => server.closeAllConnections(),
  };
}

/** Nothing listens. */
export function noFront(): HttpFront {
  return {
    url: '',
    port: 0,
    foreign: false,
    open: () => Promise.resolve(),
    close: () => Promise.resolve(),
    cut: () => undefined,
  };
}

/**
 * On a server of somebody else's, which they made, listen with and close. What comes for the path is ours and never reaches their
 * listeners (of several that listen for `upgrade` the first that does not know the path may well end the socket); all else is theirs.
 */
export function mountedFront({ server, path }: Mount): HttpFront {
  const base = basePath(path);
  let handlers: FrontHandlers | undefined;
  const before = Object.getOwnPropertyDescriptor(server, 'emit');
  const theirs: http.Server['emit'] = server.emit;
  const emit = (event: string, ...args: unknown[]) => Reflect.apply(theirs, server, [event, ...args]) as boolean;
  // Node tells of upgrades only where somebody listens for them (_http_server.js, `shouldUpgradeCallback`).
  const listens = (): void => undefined;
  const ours = (event: string, ...args: unknown[]): boolean => {
    if (!handlers || (event !== 'request' && event !== 'upgrade')) return emit(event, ...args);
    const request = args[0] as http.IncomingMessage;
    const rest = within(base, request.url ?? '/');
    if (event === 'upgrade') {
      const [socket, head] = args.slice(1) as [Socket, Buffer];
      if (rest === undefined) {
        return server.listenerCount('upgrade') > 1
          ? emit(event, ...args)
          : emit('request', request, answer(request, socket));
      }
      request.url = rest;
      handlers.connection(socket);
      handlers.upgrade(request, socket, head);
      return true;
    }
    if (rest === undefined) return emit(event, ...args);
    const response = args[1] as http.ServerResponse<http.IncomingMessage> & { req: http.IncomingMessage };
    request.url = rest;
    // The page names its files relative to itself.
    if (rest === '') response.writeHead(308, { Location: `${base}/` }).end();
    else handlers.request(request, response);
    return true;
  };
  const port = () => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };
  return {
    foreign: true,
    get url() {
      if (port() === 0) return '';
      const { address } = server.address() as AddressInfo;
      return `${server instanceof https.Server ? 'https' : 'http'}://${hostForUrl(address)}:${port()}${base}`;
    },
    get port() {
      return port();
    },
    open: (given) => {
      handlers = given;
      server.on('upgrade', listens);
      server.emit = ours;
      return Promise.resolve();
    },
    close: () => {
      handlers = undefined;
      server.off('upgrade', listens);
      // Somebody may have put themselves over it as well; then ours lets everything pass.
      if (Object.getOwnPropertyDescriptor(server, 'emit')?.value === ours) {
        Reflect.deleteProperty(server, 'emit');
        if (before) Object.defineProperty(server, 'emit', before);
      }
      return Promise.resolve();
    },
    cut: () => undefined,
  };
}

/** An upgrade that nobody listens for is an ordinary request (RFC 9110 §7.8: the server may ignore it). */
function answer(request: http.IncomingMessage, socket: Socket): http.ServerResponse {
  const response = new http.ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => {
    response.detachSocket(socket);
    socket.end();
  });
  return response;
}

/** @throws EmostreamError CONFIG_INVALID */
function basePath(path: string): string {
  const base = path.replace(/\/+$/, '');
  if (/^(\/[A-Za-z0-9._~-]+)+$/.test(base)) return base;
  throw new EmostreamError('CONFIG_INVALID', `path: "${path}" must be a path such as /emostream`);
}

/** What is left of a request's target under the path; undefined where it is not under it. */
function within(base: string, url: string): string | undefined {
  if (!url.startsWith(base)) return undefined;
  const rest = url.slice(base.length);
  return rest === '' || /^[/?]/.test(rest) ? rest : undefined;
}

function createHttpServer(config: Config, logger: Logger): HttpServer {
  const limits = {
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: CHECKING_INTERVAL_MS,
  };
  const tls = loadTls(config);
  const warning = tls && certificateWarning(tls.certificate, Date.now());
  if (warning) logger.warn(warning);
  const server = tls
    ? https.createServer({ ...limits, handshakeTimeout: HEADERS_TIMEOUT_MS, cert: tls.cert, key: tls.key })
    : http.createServer(limits);
  server.setTimeout(IDLE_TIMEOUT_MS);
  return server;
}
