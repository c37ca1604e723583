import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { Bulkhead } from '../../common/bulkhead.js';
import { NO_AGREEMENT } from '../../common/consent.js';
import type { ConsentState } from '../../common/consent-handle.js';
import { EmostreamError } from '../../common/errors.js';
import { whipStatus } from '../../common/whip-statuses.js';
import { roomIdSchema } from '../../events/schema.js';
import type { Access } from '../access.js';
import { normalAddress } from '../client-address.js';
import type { ConnectionGuard } from '../connection-guard.js';
import { formatConsent, parseConsent } from '../declared-consent.js';
import { consentingSubject } from '../grants.js';
import { HttpFailure, mediaType, readJson, readText, sendJson } from '../http-json.js';
import { setHeaders } from '../security-headers.js';
import type { Services } from '../services.js';
import type { Identity } from '../tokens.js';
import { checkOrigin } from '../upgrade.js';
import { mayManage, mayPublish, type Opener, tokenOf, wholeDigest } from './bearer.js';
import { consentTag, putConsent } from './consent-resource.js';
import { allowOrigin } from './cors.js';
import { iceLinks, type IceServer } from './ice-links.js';
import { readIcePatch } from './ice-patch.js';
import { matchesTag } from './if-match.js';
import { readOffer } from './offer.js';
import { WhipSession } from './whip-session.js';

export interface WhipDoorDeps {
  services: Services;
  access: Access;
  allowedOrigins: readonly string[];
  guard: ConnectionGuard;
  /** STUN and TURN servers for a participant. */
  iceServers: (participant: string) => readonly IceServer[];
  logger: Logger;
}

/** Requests by WHIP are under this path. */
export const WHIP_PATH = '/whip/';
/** Offers of browsers have some 6 to 12 kB. */
const MAX_OFFER_BYTES = 65_536;
const MAX_PATCH_BYTES = 16_384;
const MAX_CONSENT_BYTES = 1024;
/** Of an address's share of HTTP requests. */
const COST = { offer: 10, other: 2 };
const OFFER = 'application/sdp';
const FRAGMENT = 'application/trickle-ice-sdpfrag';
/** What each kind of URL takes; everything else is kept for later versions (RFC 9725 §4.2). */
const METHODS = {
  endpoint: ['POST'],
  session: ['PATCH', 'DELETE'],
  consent: ['GET', 'PUT', 'DELETE'],
} as const;

interface Open extends Opener {
  session: WhipSession;
}

/** The name of one request: of a room, of a session in it, or of its consent. */
interface Target {
  kind: keyof typeof METHODS;
  room: string;
  id: string;
}

/**
 * Where senders come in by HTTP (RFC 9725): an offer is posted to `/whip/ROOM`, the session is at `/whip/ROOM/ID`, and, beyond the RFC, the
 * consent of whoever sends at `/whip/ROOM/ID/consent`.
 */
export class WhipDoor {
  readonly #deps: WhipDoorDeps;
  readonly #sessions = new Map<string, Open>();

  constructor(deps: WhipDoorDeps) {
    this.#deps = deps;
  }

  /** Open sessions. */
  get size(): number {
    return this.#sessions.size;
  }

  /**
   * Answers one request, or throws what it is to be refused with; counts the answer in any case.
   * @param address of whoever asks, as the limits count it
   * @throws EmostreamError
   */
  async handle(request: IncomingMessage, response: ServerResponse, address: string): Promise<void> {
    const { meter } = this.#deps.services;
    response.once('finish', () => {
      meter.count('emostream_whip_requests_total', { status: whipStatus(response.statusCode) });
    });
    const target = targetOf(request);
    await this.#takeShare(request, target, address);
    checkOrigin(request.headers, this.#deps);
    const methods = METHODS[target.kind];
    allowOrigin(request, response, ['OPTIONS', ...methods]);
    if (target.kind === 'endpoint') response.setHeader('Accept-Post', OFFER);
    if (target.kind === 'session') response.setHeader('Accept-Patch', FRAGMENT);
    if (request.method === 'OPTIONS') {
      // RFC 9110 §9.3.7; no question of a browser's is about ICE servers (RFC 9725 §4.6).
      response.setHeader('Allow', ['OPTIONS', ...methods].join(', '));
      return void response.writeHead(200, { 'Content-Length': 0 }).end();
    }
    if (!(methods as readonly string[]).includes(request.method ?? '')) {
      response.setHeader('Allow', ['OPTIONS', ...methods].join(', '));
      throw new HttpFailure(405, 'BAD_MESSAGE', `this URL takes ${methods.join(', ')} (RFC 9725, section 4.2)`);
    }
    if (target.kind === 'endpoint') {
      return this.#open(request, response, address, target.room).catch((error: unknown) =>
        sendOn(response, error, target),
      );
    }
    const open = await this.#find(request, target);
    if (target.kind === 'consent') return consent(request, response, open);
    if (request.method === 'PATCH') return patch(request, response, open);
    open.session.guest.leave('left');
    response.writeHead(200, { 'Content-Length': 0 }).end();
  }

  async #open(request: IncomingMessage, response: ServerResponse, address: string, room: string): Promise<void> {
    const { services, guard, iceServers, logger } = this.#deps;
    const token = tokenOf(request);
    const identity = await mayPublish(token, room, services);
    guard.admit(request);
    await services.placement.claim(room);
    assertType(request, OFFER);
    const agreement = declared(request, identity);
    const offer = readOffer(await readText(request, MAX_OFFER_BYTES));
    const session = await WhipSession.open({
      services,
      identity,
      address,
      room,
      name: identity.name ?? identity.subject ?? 'WHIP',
      agreement,
      offer,
      askedAt: normalAddress(request.socket.localAddress),
      bulkhead: (close) => new Bulkhead('participant', { meter: services.meter, logger, close }),
      onEnd: (ended) => this.#forget(ended),
    });
    if (session.guest.closed) throw new EmostreamError('CLOSED', 'the seat was taken away meanwhile: ask again');
    this.#sessions.set(session.id, { session, guest: session.guest, room, tokenDigest: wholeDigest(token) });
    this.#told();
    const { guest, id, etag, answer } = session;
    const location = `${WHIP_PATH}${room}/${id}`;
    setHeaders(response, {
      Location: location,
      ETag: etag,
      'Accept-Patch': FRAGMENT,
      'Emostream-Participant': encodeURIComponent(guest.participantId()),
      'Emostream-Consent': formatConsent(guest.consent.state),
    });
    response.setHeader('Link', [
      ...iceLinks(iceServers(guest.participantId())),
      `<${location}/consent>; rel="urn:emostream:whip:consent"`,
    ]);
    send(response, 201, OFFER, answer);
  }

  /** Leaving and taking consent back are never refused for the amount that is asked. @throws EmostreamError RATE_LIMITED */
  async #takeShare({ method }: IncomingMessage, { id }: Target, address: string): Promise<void> {
    if (method === 'DELETE' && this.#sessions.has(id)) return;
    await this.#deps.services.limits.requests.take(address, method === 'POST' ? COST.offer : COST.other);
  }

  /** @throws EmostreamError NOT_FOUND, UNAUTHENTICATED, FORBIDDEN or WRONG_ROOM */
  async #find(request: IncomingMessage, { id, room }: Target): Promise<Open> {
    const token = tokenOf(request);
    const open = this.#sessions.get(id);
    if (!open || open.room !== room) throw new EmostreamError('NOT_FOUND', 'no such session, or it has ended');
    await mayManage(token, open, this.#deps.services);
    this.#deps.guard.admit(request);
    return open;
  }

  #forget({ id }: WhipSession): void {
    this.#sessions.delete(id);
    this.#told();
  }

  #told(): void {
    this.#deps.services.meter.set('emostream_whip_sessions', this.#sessions.size);
  }
}

/** The room is at another server: RFC 9725 §4.5 has senders follow a 307. @throws what it was, and in that form */
function sendOn(response: ServerResponse, error: unknown, { room }: Target): never {
  if (!(error instanceof EmostreamError) || error.url === undefined) throw error;
  response.setHeader('Location', new URL(WHIP_PATH.slice(1) + room, error.url).href);
  throw new HttpFailure(307, 'MOVED', error.message);
}

/** @throws EmostreamError NOT_FOUND */
function targetOf({ url = '' }: IncomingMessage): Target {
  const [room = '', id = '', sub, ...more] = url.split('?', 1)[0]!.slice(WHIP_PATH.length).split('/');
  const wrong = more.length > 0 || (sub !== undefined && sub !== 'consent') || (sub !== undefined && id === '');
  if (wrong || !roomIdSchema.safeParse(room).success) {
    throw new EmostreamError('NOT_FOUND', 'senders post their offer to /whip/ROOM');
  }
  return { kind: sub ? 'consent' : id ? 'session' : 'endpoint', room, id };
}

/**
 * What the sender's own token or header says of consent; the header counts where both do.
 * @throws EmostreamError FORBIDDEN where it is not theirs to say, BAD_MESSAGE
 */
function declared({ headers }: IncomingMessage, identity: Identity) {
  const header = headers['emostream-consent'];
  const agreement = header === undefined ? identity.declared : parseConsent(String(header));
  if (!agreement || formatConsent(agreement) === formatConsent(NO_AGREEMENT)) return NO_AGREEMENT;
  consentingSubject(identity);
  return agreement;
}

async function patch(request: IncomingMessage, response: ServerResponse, { session }: Open): Promise<void> {
  assertType(request, FRAGMENT);
  const tag = request.headers['if-match'];
  if (tag === undefined) {
    throw new HttpFailure(428, 'BAD_MESSAGE', 'If-Match: the ETag of the ICE session, or * to restart ICE');
  }
  const told = readIcePatch(await readText(request, MAX_PATCH_BYTES));
  if (!matchesTag(tag, session.etag)) {
    throw new HttpFailure(412, 'WRONG_STATE', 'If-Match: this is not the ICE session of now');
  }
  const restarted = await session.patchIce(told);
  if (restarted === null) return void response.writeHead(204).end();
  response.setHeader('ETag', session.etag);
  send(response, 200, FRAGMENT, restarted);
}

async function consent(request: IncomingMessage, response: ServerResponse, { guest }: Open): Promise<void> {
  let state: ConsentState;
  if (request.method === 'DELETE') state = guest.consent.withdraw();
  else if (request.method === 'GET') state = guest.consent.state;
  else state = await putConsent(guest, await readJson(request, MAX_CONSENT_BYTES), request.headers['if-match']);
  response.setHeader('ETag', consentTag(state));
  sendJson(response, 200, state);
}

/** @throws HttpFailure 415 */
function assertType(request: IncomingMessage, type: string): void {
  if (mediaType(request) === type) return;
  throw new HttpFailure(415, 'BAD_MESSAGE', `the body must have the content type ${type}`);
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  });
  response.end(body);
}
