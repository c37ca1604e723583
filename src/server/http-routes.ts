import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Logger } from 'pino';
import sirv from 'sirv';
import type { z } from 'zod';
import type { Clock } from '../common/clock.js';
import { EmostreamError, toEmostreamError } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import { ALONE } from '../cluster/placement.js';
import type { Access } from './access.js';
import { giveDocument } from './api/give-document.js';
import { handThroughRequest, mayHandThrough } from './hand-through.js';
import { readJson, sendError, sendJson } from './http-json.js';
import { onAnswerEnd } from './http-turns.js';
import { originAllowed } from './origin.js';
import type { ConnectionGuard } from './connection-guard.js';
import type { Limits } from './limits.js';
import { moderate } from './moderate.js';
import {
  type ApiPath,
  GRANTS_PATH,
  INFO_PATH,
  MODERATE_PATH,
  moderationSchema,
  type ServerInfo,
  TOKEN_PATH,
  tokenRequestSchema,
  WS_PATH,
} from './protocol.js';
import { setHeaders } from './security-headers.js';
import type { Services } from './services.js';
import { type Identity, mintToken } from './tokens.js';
import { bearerToken, checkOrigin, whoShows } from './upgrade.js';
import { WHIP_PATH, type WhipDoor } from './whip/whip-door.js';

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
type RouteHandler = (request: IncomingMessage, response: ServerResponse, address: string) => void | Promise<void>;

interface Route {
  method: 'GET' | 'POST';
  cost: number;
  handler: RouteHandler;
}

/** What the telemetry stage answers. */
export interface TelemetryHandlers {
  metrics: HttpHandler;
  healthz: HttpHandler;
  readyz: HttpHandler;
}

export interface RouteOptions extends Pick<
  Services,
  'verify' | 'tickets' | 'placement' | 'rooms' | 'attachments' | 'moderation' | 'sessions' | 'audit'
> {
  access: Access;
  allowedOrigins: readonly string[];
  tokenTtlSeconds: number;
  /** Asked each time: another engine may be in use. */
  info: () => ServerInfo;
  telemetry: TelemetryHandlers;
  whip: WhipDoor;
  /** Folder of the built page; nothing is served where it does not exist. */
  clientDir: string;
  headers: Record<string, string>;
  guard: ConnectionGuard;
  limits: Limits;
  clock: Clock;
  meter: Meter;
  logger: Logger;
}

const MAX_BODY_BYTES = 1024;
/** What an answer costs of its address's share: the metrics of everything are gathered and written anew each time. */
const COST = { file: 1, answer: 2, token: 5, metrics: 20 };
const LIBRARY_PATH = '/emostream.js';
/** The overlay of a room by URL. */
const OVERLAY = /^\/overlay\/[A-Za-z0-9_-]{1,64}(\?|$)/;
/** An endpoint, a session or its consent (./whip/whip-door.ts), by the characters that we give their ids. */
const WHIP = /^\/whip\/([A-Za-z0-9_-]{1,64})(\/[A-Za-z0-9_-]{1,64}(\/consent)?)?$/;
const OVERLAY_PAGE = '/overlay/';
const SCHEMAS = '/schema/';
/** RFC 9110, section 15.5.22. */
const NO_UPGRADE =
  'this is the WebSocket, and the request has no "Upgrade: websocket": a proxy in between must hand on the headers Upgrade and ' +
  'Connection (nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade")';

/** The HTTP side: the page, its two questions, and what monitoring asks. */
export function createRoutes(options: RouteOptions): HttpHandler {
  const { access, telemetry, limits, guard, clock } = options;

  const giveToken: RouteHandler = async (request, response, address) => {
    if (!access.openDoor) {
      throw new EmostreamError('FORBIDDEN', 'this server gives no tokens: ask who runs it (emostream token)');
    }
    checkOrigin(request.headers, options);
    await limits.tokens.take(address);
    const parsed = tokenRequestSchema.safeParse(await readJson(request, MAX_BODY_BYTES));
    if (!parsed.success) throw new EmostreamError('BAD_MESSAGE', wrongField(parsed.error));
    // On one's own machine.
    const own = access.development;
    const grants = { room: parsed.data.room, publish: true, subscribe: true, record: own, replay: own };
    const subject = parsed.data.subject === 'new' ? randomBytes(9).toString('base64url') : undefined;
    const life = { ttlSeconds: options.tokenTtlSeconds, nowMs: clock(), subject };
    sendJson(response, 200, await mintToken(access.tokens, grants, life));
  };

  const whoAsks = async ({ headers }: IncomingMessage): Promise<Identity> => {
    checkOrigin(headers, options);
    const token = bearerToken(headers.authorization);
    if (token === undefined)
      throw new EmostreamError('UNAUTHENTICATED', 'no access token: send "Authorization: Bearer …"');
    return (await whoShows(token, options)).identity;
  };

  const giveGrants: RouteHandler = async (request, response) => {
    const identity = await whoAsks(request);
    sendJson(response, 200, { grants: identity.grants, expiresAt: identity.expiresAtMs });
  };

  const doModerate: RouteHandler = async (request, response, address) => {
    const identity = await whoAsks(request);
    // A seat's ticket outlives its token; what that granted ends with it.
    if (identity.expiresAtMs <= clock()) throw new EmostreamError('UNAUTHENTICATED', 'the access token has ended');
    await limits.join({ token: identity.digest, address });
    const parsed = moderationSchema.safeParse(await readJson(request, MAX_BODY_BYTES));
    if (!parsed.success) throw new EmostreamError('BAD_MESSAGE', wrongField(parsed.error));
    sendJson(response, 200, await moderate(options, identity, parsed.data));
  };

  const document = { method: 'GET', cost: COST.file, handler: giveDocument } as const;
  const routes: Record<ApiPath, Route> = {
    [INFO_PATH]: {
      method: 'GET',
      cost: COST.answer,
      handler: (_request, response) => sendJson(response, 200, options.info()),
    },
    [TOKEN_PATH]: { method: 'POST', cost: COST.token, handler: giveToken },
    [GRANTS_PATH]: { method: 'GET', cost: COST.token, handler: giveGrants },
    [MODERATE_PATH]: { method: 'POST', cost: COST.token, handler: doModerate },
    '/metrics': { method: 'GET', cost: COST.metrics, handler: telemetry.metrics },
    '/healthz': { method: 'GET', cost: COST.answer, handler: telemetry.healthz },
    '/readyz': { method: 'GET', cost: COST.answer, handler: telemetry.readyz },
    '/asyncapi.json': document,
    '/openapi.json': document,
  };
  const page = servePage(options.clientDir);

  /** A sender's requests all go to the node that has the room, and nothing else does: what is no such request is refused here. */
  const whipElsewhere = async (request: IncomingMessage, path: string, address: string) => {
    const room = WHIP.exec(path)?.[1];
    if (options.placement === ALONE || !mayHandThrough(request) || room === undefined) return undefined;
    await limits.requests.take(address, COST.answer);
    return options.placement.through(room);
  };

  /** Lets pages of allowed origins ask what our own page asks (https://fetch.spec.whatwg.org/#http-cors-protocol). */
  const allowForeignPage = ({ headers }: IncomingMessage, response: ServerResponse) => {
    response.setHeader('Vary', 'Origin');
    if (headers.origin === undefined) return;
    if (!originAllowed(headers.origin, headers.host, options.allowedOrigins)) {
      // Browsers keep the answer from the page, but show it to whoever looks why (developer tools, curl).
      throw new EmostreamError('ORIGIN_REFUSED', 'pages of this origin may not ask this server: see allowedOrigins');
    }
    setHeaders(response, {
      'Access-Control-Allow-Origin': headers.origin,
      'Access-Control-Allow-Methods': 'GET, POST',
      'Access-Control-Allow-Headers': 'content-type, authorization',
      'Access-Control-Max-Age': '600',
    });
  };

  return async (request, response) => {
    setHeaders(response, options.headers);
    try {
      const address = guard.enter(request, (release) => onAnswerEnd(request, response, release));
      const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
      const route = path.startsWith(SCHEMAS)
        ? document
        : Object.hasOwn(routes, path)
          ? routes[path as ApiPath]
          : undefined;
      if (path.startsWith(WHIP_PATH)) {
        const inner = await whipElsewhere(request, path, address);
        if (inner !== undefined) return await handThroughRequest(request, response, inner, address);
        return await options.whip.handle(request, response, address);
      }
      await limits.requests.take(address, route?.cost ?? COST.file);
      const method = request.method === 'HEAD' ? 'GET' : request.method;
      if (path.startsWith('/api/')) {
        allowForeignPage(request, response);
        if (method === 'OPTIONS') return void response.writeHead(204).end();
      }
      if (path === WS_PATH) {
        // It would not have come here: Node hands upgrades to others.
        setHeaders(response, { Upgrade: 'websocket', Connection: 'Upgrade' });
        return sendJson(response, 426, { error: { code: 'BAD_MESSAGE', message: NO_UPGRADE } });
      }
      if (route && method !== route.method) {
        response.setHeader('Allow', route.method);
        return sendJson(response, 405, { error: { code: 'BAD_MESSAGE', message: `${path} wants ${route.method}` } });
      }
      await (route?.handler ?? page)(request, response, address);
    } catch (cause) {
      const error = toEmostreamError(cause);
      options.meter.count('emostream_errors_total', { code: error.code });
      if (error.code === 'INTERNAL') options.logger.error({ err: cause }, 'an HTTP request failed');
      if (!response.headersSent) sendError(response, error);
      else response.destroy();
    }
  };
}

const wrongField = ({ issues: [issue] }: z.ZodError): string =>
  `${issue?.path.join('.') || 'the body'}: ${issue?.message ?? 'wrong'}`;

function servePage(dir: string): HttpHandler {
  const hint = 'no such page; the call page is there after `npm run build`';
  if (!existsSync(join(dir, 'index.html'))) {
    return () => {
      throw new EmostreamError('NOT_FOUND', hint);
    };
  }
  const files = sirv(dir, {
    etag: true,
    // Files under assets/ carry a hash of their content in their name; the page itself is asked for anew each time.
    setHeaders: (response, path) => {
      const immutable = path.startsWith('/assets/');
      response.setHeader('Cache-Control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
      // The library that other pages load for the overlay; what it may see, its token and its origin say.
      if (path === LIBRARY_PATH) response.setHeader('Access-Control-Allow-Origin', '*');
    },
  });
  return (request, response) =>
    new Promise((resolve, reject) => {
      // One page for every room; it reads the room from its address.
      if (OVERLAY.test(request.url ?? '')) request.url = OVERLAY_PAGE;
      response.once('close', resolve);
      files(request, response, () => reject(new EmostreamError('NOT_FOUND', 'no such page')));
    });
}
