import { randomBytes } from 'node:crypto';
import { bothAgreements, bothConsent, sameAgreement } from '../common/consent.js';
import { EmostreamError } from '../common/errors.js';
import type { ResumePoint } from '../events/bus.js';
import type { EventRecord } from '../events/event-record.js';
import type { ParticipantCloseReason } from '../sfu/index.js';
import type { Member, Occupant } from './call-room.js';
import type { Connection } from './connection.js';
import { needsNoGrant } from './after-expiry.js';
import { assertRenews, requireGrant, roomFor } from './grants.js';
import type { Caller } from './limits.js';
import { withNames } from './names.js';
import { narrowed, type Narrowing } from './narrowing.js';
import type { Beat, Notification, Request, ResultOf } from './protocol.js';
import { RoomSubscription } from './room-subscription.js';
import { type Services, withinPolicy } from './services.js';
import { SessionCosts } from './session-costs.js';
import { TokenLife } from './token-life.js';
import type { Identity } from './tokens.js';

/** Close code for a socket whose access token has ended; the reason says so too. */
const TOKEN_EXPIRED = 4002;
const EXPIRED = 'the access token has ended: connect again with a new one';

/** Rooms that one socket is subscribed to. */
const MAX_SUBSCRIPTIONS = 32;

interface Subscribed {
  events: RoomSubscription;
  /** Ends the reading of words that the subscription brings. */
  readNoWords: () => void;
}

/** What one authenticated socket may do, and what it does at the moment: its seat and its subscriptions. */
export class Session implements Occupant {
  readonly services: Services;
  /** Whom the limits count this session's deeds for. */
  readonly caller: Caller;
  readonly costs: SessionCosts;
  #identity: Identity;
  readonly #connection: Connection;
  #member: Member | undefined;
  /** By room. */
  readonly #subscriptions = new Map<string, Subscribed>();
  #after: (() => void)[] = [];
  #closed = false;
  #life: TokenLife;
  #toldExpired = false;

  constructor(services: Services, identity: Identity, address: string, connection: Connection) {
    this.services = services;
    this.caller = { token: identity.digest, address };
    this.costs = new SessionCosts(this.caller, services);
    this.#identity = identity;
    this.#connection = connection;
    this.#life = this.#begin(identity);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The participant id to join with: the token's subject, which stays the same over reconnects, or a new one. */
  participantId(): string {
    return this.#identity.subject ?? randomBytes(9).toString('base64url');
  }

  /** @throws EmostreamError FORBIDDEN */
  require(grant: 'publish' | 'subscribe' | 'moderate'): void {
    requireGrant(this.#identity, grant);
  }

  /**
   * After the token's end only that is possible which takes something back.
   * @throws EmostreamError UNAUTHENTICATED
   */
  assertGranted(request: Request): void {
    if (!this.#life.over || needsNoGrant(request, this.#member?.participant.agreement)) return;
    throw new EmostreamError(
      'UNAUTHENTICATED',
      `${EXPIRED}; with this one you can only withdraw consent, mute and leave`,
    );
  }

  /**
   * The room that a request is about.
   * @throws EmostreamError WRONG_ROOM, or BAD_MESSAGE when a token for every room names none
   */
  roomFor(named: string | undefined): string {
    return roomFor(this.#identity, named);
  }

  /** The seat in the call. @throws EmostreamError WRONG_STATE before join */
  get member(): Member {
    if (!this.#member) throw new EmostreamError('WRONG_STATE', 'not in the call: send join first');
    return this.#member;
  }

  get joined(): boolean {
    return this.#member !== undefined;
  }

  seat(member: Member | undefined): void {
    this.#member = member;
    // Nothing keeps the socket any longer; the answer to `leave` goes first.
    if (!member && this.#life.over) setImmediate(() => this.#expired());
  }

  leave(reason: ParticipantCloseReason): void {
    this.#member?.participant.close(reason);
  }

  /**
   * Takes consent away at once, from this seat and from requests that wait: nothing stands before it, and no limit.
   * @returns the answer, if the request asks for nothing more
   */
  withdraw(request: Request, waiting: ReadonlySet<Request>): ResultOf<'setConsent'> | undefined {
    if (request.type !== 'setConsent') return undefined;
    for (const earlier of waiting) {
      if (!('consent' in earlier)) continue;
      earlier.consent = bothConsent(earlier.consent, request.consent);
      earlier.showWords &&= request.showWords;
    }
    if (!this.#member) return undefined;
    const { participant, room } = this.#member;
    const wanted = withinPolicy(request, this.services.policy);
    const kept = bothAgreements(participant.agreement, wanted);
    // Done before it returns; what it waits for is the opening of taps, of which there are none. It fails when the seat is gone.
    if (!sameAgreement(kept, participant.agreement)) room.agree(this.#member, kept).catch(() => undefined);
    return sameAgreement(kept, wanted) ? kept : undefined;
  }

  notify(notification: Notification): void {
    this.#connection.notify(notification);
  }

  words(line: string): void {
    this.#connection.words(line);
  }

  /** Runs `task` when the response of the running request is on its way: what follows an answer comes after it. */
  afterResponse(task: () => void): void {
    this.#after.push(task);
  }

  runAfterResponse(): void {
    const tasks = this.#after;
    this.#after = [];
    if (!this.#closed) for (const task of tasks) task();
  }

  /** What people call themselves may be told to this socket. */
  get seesNames(): boolean {
    return this.#identity.grants.names;
  }

  /** How far each subscription has been served. */
  get reached(): Beat['rooms'] {
    return [...this.#subscriptions.values()].flatMap(({ events }) => events.reached ?? []);
  }

  /**
   * Begins a subscription in the place of the one of the same room.
   * @returns the room's numbering and its newest seq
   * @throws EmostreamError CLOSED or LIMIT_REACHED
   */
  subscribe(room: string, from: ResumePoint | undefined, narrowing: Narrowing): { epoch: string; lastSeq: number } {
    if (this.#closed) throw new EmostreamError('CLOSED', 'the connection closed meanwhile');
    this.unsubscribe(room);
    if (this.#subscriptions.size >= MAX_SUBSCRIPTIONS) {
      throw new EmostreamError('LIMIT_REACHED', `${MAX_SUBSCRIPTIONS} rooms a socket are the most; open another`);
    }
    const { bus, rooms, subscribers, wordReaders } = this.services;
    const write = this.seesNames
      ? withNames((who) => rooms.open.get(room)?.nameOf(who))
      : ({ text }: EventRecord) => text;
    const events = new RoomSubscription({ bus, room, from, wants: narrowed(narrowing), write }, this.#connection);
    const subscribed: Subscribed = { events, readNoWords: () => undefined };
    this.#subscriptions.set(room, subscribed);
    subscribers.add(this);
    this.afterResponse(() => events.answered());
    if (this.#identity.grants.transcript) {
      this.afterResponse(() => {
        if (this.#subscriptions.get(room) === subscribed) subscribed.readNoWords = wordReaders.add(room, this);
      });
    }
    return events.answer;
  }

  /** @param room all of them if not given */
  unsubscribe(room?: string): void {
    const ending = room === undefined ? [...this.#subscriptions.keys()] : [room];
    for (const id of ending) {
      const subscribed = this.#subscriptions.get(id);
      this.#subscriptions.delete(id);
      subscribed?.events.close();
      subscribed?.readNoWords();
    }
    if (this.#subscriptions.size === 0) this.services.subscribers.delete(this);
  }

  /**
   * Goes on with another token.
   * @returns when it ends, ms
   * @throws EmostreamError FORBIDDEN where it is somebody else's, or grants less
   */
  renew(identity: Identity): number {
    assertRenews(this.#identity, identity);
    this.#life.stop();
    this.#identity = identity;
    this.#toldExpired = false;
    this.#life = this.#begin(identity);
    return identity.expiresAtMs;
  }

  /** The same person joined from another socket. */
  replaced(): void {
    this.leave('removed');
    this.#connection.close(4001, 'replaced: the same identity joined from another connection', 'removed');
  }

  /** The socket is gone. */
  close(reason: ParticipantCloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection.bulkhead.steps(
      () => this.#life.stop(),
      () => this.unsubscribe(),
      () => this.leave(reason),
    );
  }

  #begin({ expiresAtMs }: Identity): TokenLife {
    return new TokenLife({
      expiresAtMs,
      graceMs: this.services.tokenGraceMs,
      clock: this.services.clock,
      onExpiring: () => this.notify({ type: 'tokenExpiring', expiresAt: expiresAtMs }),
      onExpired: () => this.#expired(),
      onGraceOver: () => this.#end(),
    });
  }

  /** The token ended. A seat that was taken rightly is kept for a while: a call should not break in mid-sentence. */
  #expired(): void {
    if (this.#closed) return;
    if (!this.#toldExpired) {
      this.#toldExpired = true;
      this.unsubscribe();
      this.notify({ type: 'tokenExpired', seatUntil: this.#member ? this.#life.graceEndMs : null });
    }
    if (!this.#member) this.#end();
  }

  /** The grace is over as well. */
  #end(): void {
    this.leave('token-expired');
    this.#connection.close(TOKEN_EXPIRED, `UNAUTHENTICATED: ${EXPIRED}`, 'token-expired');
  }
}
