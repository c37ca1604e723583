import { randomBytes } from 'node:crypto';
import { type Agreement, bothAgreements } from '../common/consent.js';
import { EmostreamError } from '../common/errors.js';
import type { ResumePoint } from '../events/bus.js';
import type { ParticipantCloseReason } from '../sfu/index.js';
import type { Member, Occupant } from './call-room.js';
import type { Connection } from './connection.js';
import { MOVED, REMOVED, REPLACED, TOKEN_EXPIRED } from './close-codes.js';
import { comesBack, needsNoGrant } from './after-expiry.js';
import { assertRenews, nameInAudit, type RequiredGrant, requireGrant, roomFor } from './grants.js';
import type { Caller } from './limits.js';
import type { Narrowing } from './narrowing.js';
import type { Beat, Notification, Request } from './protocol.js';
import { SeatClaim } from './seat-claim.js';
import type { HeldSeat } from './seat-tickets.js';
import type { Moderated } from './moderation.js';
import { OwnReplays } from './replays.js';
import type { Services } from './services.js';
import { SessionCosts } from './session-costs.js';
import { SessionSubscriptions } from './session-subscriptions.js';
import { TokenLife } from './token-life.js';
import type { Identity } from './tokens.js';
import type { Admitted } from './upgrade.js';
import { withdraw, type Withdrawn } from './withdraw.js';

const EXPIRED = 'the access token has ended: connect again with a new one';

/** What one authenticated socket may do, and what it does at the moment: its seat and its subscriptions. */
export class Session implements Occupant {
  readonly services: Services;
  /** Whom the limits count this session's deeds for. */
  readonly caller: Caller;
  readonly costs: SessionCosts;
  readonly tokens: string[];
  /** What this socket replays, by room. */
  readonly replays = new OwnReplays();
  #identity: Identity;
  readonly #connection: Connection;
  #member: Member | undefined;
  readonly #subscriptions: SessionSubscriptions;
  readonly #claim: SeatClaim;
  #after: (() => void)[] = [];
  #closed = false;
  #life: TokenLife;
  #toldExpired = false;

  /** @param admitted by the ticket of a seat: it may take that again, also when its token has ended */
  constructor(services: Services, { identity, ticket }: Admitted, address: string, connection: Connection) {
    this.services = services;
    this.caller = { token: identity.digest, address };
    this.costs = new SessionCosts(this.caller, services);
    this.#identity = identity;
    this.tokens = [identity.digest];
    this.#connection = connection;
    this.#claim = new SeatClaim(services.tickets, ticket);
    const afterResponse = (task: () => void) => this.afterResponse(task);
    this.#subscriptions = new SessionSubscriptions({ services, connection, reader: this, afterResponse });
    this.#life = this.#begin(identity);
    services.sessions.add(this);
  }

  get identity(): Identity {
    return this.#identity;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The participant id to join with: the token's subject, which stays the same over reconnects, or a new one. */
  participantId(): string {
    return this.#identity.subject ?? randomBytes(9).toString('base64url');
  }

  /** @throws EmostreamError FORBIDDEN */
  require(grant: RequiredGrant): void {
    requireGrant(this.#identity, grant);
  }

  /**
   * After the token's end only that is possible which takes something back.
   * @throws EmostreamError UNAUTHENTICATED
   */
  assertGranted(request: Request): void {
    if (!this.#life.over || needsNoGrant(request, this.#member?.participant.agreement)) return;
    if (this.#claim.opened && comesBack(request)) return;
    throw new EmostreamError(
      'UNAUTHENTICATED',
      `${EXPIRED}; with this one you can only withdraw consent, mute and leave`,
    );
  }

  /**
   * The room that a request is about.
   * @throws EmostreamError WRONG_ROOM; BAD_MESSAGE when a token for every room names none; FORBIDDEN where a moderator removed them
   */
  roomFor(named: string | undefined): string {
    return roomFor(this.#identity, named, this.services.moderation);
  }

  /** The seat in the call. @throws EmostreamError WRONG_STATE before join */
  get member(): Member {
    if (!this.#member) throw new EmostreamError('WRONG_STATE', 'not in the call: send join first');
    return this.#member;
  }

  get joined(): boolean {
    return this.#member !== undefined;
  }

  /**
   * The seat that a ticket lets this session take again, if it does.
   * @throws EmostreamError UNAUTHENTICATED after the token's end, which lets nobody take another
   */
  held(ticket: string | undefined, room: string): HeldSeat | undefined {
    const held = this.#claim.find(ticket, room, this.#identity);
    if (!held && this.#life.over) throw new EmostreamError('UNAUTHENTICATED', EXPIRED);
    return held;
  }

  /** After the token's end one comes back with what one had agreed to, or less. */
  agreeable(agreement: Agreement, held: HeldSeat | undefined): Agreement {
    return held && this.#life.over ? bothAgreements(agreement, held.agreement) : agreement;
  }

  /** The ticket of the seat. @param again the one that it was taken again with; undefined: the seat is lost already */
  ticketOf({ participant, room }: Member, again: string | undefined): string | undefined {
    if (!this.#member) return undefined;
    const { id, agreement } = participant;
    return this.#claim.take({ room: room.room.id, participant: id, identity: this.#identity, agreement }, again);
  }

  seat(member: Member | undefined): void {
    if (!member && this.#member) this.#claim.lose(this.#member.participant.agreement);
    this.#member = member;
    // Nothing keeps the socket any longer; the answer to `leave` goes first.
    if (!member && this.#life.over) setImmediate(() => this.#expired());
  }

  /** Leaves the call for good. */
  giveUp(): void {
    this.#claim.end();
    this.leave('left');
  }

  leave(reason: ParticipantCloseReason): void {
    this.#member?.participant.close(reason);
  }

  /**
   * Takes consent away at once, from this seat and from requests that wait: nothing stands before it, and no limit.
   * @returns the answer, if the request asks for nothing more
   */
  withdraw(request: Request, waiting: ReadonlySet<Request>): Withdrawn {
    return withdraw(request, waiting, this.#member, this.services.policy, this.services.recordings);
  }

  notify(notification: Notification): void {
    this.#connection.notify(notification);
    if (notification.type === 'moved')
      this.#connection.close(MOVED, 'MOVED: the call is on another server', 'server-closing');
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
    return this.#subscriptions.reached;
  }

  /**
   * Begins a subscription in the place of the one of the same room.
   * @returns the room's numbering and its newest seq
   * @throws EmostreamError CLOSED or LIMIT_REACHED
   */
  subscribe(room: string, from: ResumePoint | undefined, narrowing: Narrowing): { epoch: string; lastSeq: number } {
    if (this.#closed) throw new EmostreamError('CLOSED', 'the connection closed meanwhile');
    return this.#subscriptions.begin(room, from, narrowing, this.#identity.grants);
  }

  /** Records, in the place of a subscription to the room. @throws EmostreamError as `subscribe`, or WRONG_STATE: it is recorded already */
  record(room: string, narrowing: Narrowing): { epoch: string; lastSeq: number } {
    if (this.#closed) throw new EmostreamError('CLOSED', 'the connection closed meanwhile');
    return this.#subscriptions.record(room, nameInAudit(this.#identity), narrowing, this.#identity.grants);
  }

  /** @param room all of them if not given */
  unsubscribe(room?: string): void {
    this.#subscriptions.end(room);
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
    this.tokens.push(identity.digest);
    this.#claim.renew(identity);
    this.#toldExpired = false;
    this.#life = this.#begin(identity);
    return identity.expiresAtMs;
  }

  /** A moderator removed somebody: where it is this one, nothing of the room is left to them. */
  removed({ room, participant, tokens }: Moderated, untilMs: number): void {
    const { grants, subject, digest } = this.#identity;
    if (grants.room !== '*' && grants.room !== room) return;
    const seated = this.#member?.room.room.id === room ? this.#member.participant.id : undefined;
    // Others may sit there by the same invitation.
    const same = seated === undefined ? subject === participant || tokens.includes(digest) : seated === participant;
    if (!same) return;
    if (seated !== undefined) {
      this.#claim.end();
      this.leave('removed');
    }
    this.unsubscribe(room);
    this.replays.get(room)?.end('closed');
    if (grants.room === '*') return;
    const when = new Date(untilMs).toISOString();
    this.#connection.close(REMOVED, `FORBIDDEN: a moderator removed you; you may come back after ${when}`, 'removed');
  }

  /** The same person joined from another socket. */
  replaced(): void {
    this.leave('removed');
    this.#connection.close(REPLACED, 'replaced: the same identity joined from another connection', 'removed');
  }

  /** The socket is gone. */
  close(reason: ParticipantCloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.services.sessions.delete(this);
    this.#connection.bulkhead.steps(
      () => this.#life.stop(),
      () => this.unsubscribe(),
      () => this.replays.endAll(),
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
      this.replays.endAll();
      this.notify({ type: 'tokenExpired', seatUntil: this.#keeps ? this.#life.graceEndMs : null });
    }
    if (!this.#keeps) this.#end();
  }

  /** There is a seat that outlives the token. */
  get #keeps(): boolean {
    return this.#member !== undefined || this.#claim.waits;
  }

  /** The grace is over as well. */
  #end(): void {
    this.#claim.end();
    this.leave('token-expired');
    this.#connection.close(TOKEN_EXPIRED, `UNAUTHENTICATED: ${EXPIRED}`, 'token-expired');
  }
}
