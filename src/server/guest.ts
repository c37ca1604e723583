import { randomBytes } from 'node:crypto';
import { Bulkhead } from '../common/bulkhead.js';
import { type Agreement, NO_AGREEMENT } from '../common/consent.js';
import { ConsentHandle } from '../common/consent-handle.js';
import { EmostreamError } from '../common/errors.js';
import type { Participant, ParticipantCloseReason } from '../sfu/index.js';
import type { Member, Occupant } from './call-room.js';
import { assertRenews } from './grants.js';
import type { Caller } from './limits.js';
import type { Notification } from './protocol.js';
import { type Services, withinPolicy } from './services.js';
import { SessionCosts } from './session-costs.js';
import { TokenLife } from './token-life.js';
import type { Identity } from './tokens.js';

export interface GuestOptions {
  services: Services;
  /** Checked already: it grants `publish` for the room. */
  identity: Identity;
  /** Of whoever asks, as the limits count it. */
  address: string;
  room: string;
  /** What the others read. */
  name: string;
  /** What was declared from the start; the policy may allow less, and what they said themselves after their token was made. */
  agreement: Agreement;
  /** What the call is told, and they with it. */
  onNews?: (news: Notification) => void;
  /** The seat is gone, whoever ended it. Called once; not when `join` fails. */
  onEnd: (reason: ParticipantCloseReason) => void;
}

/**
 * A participant without a socket of the protocol: they sit in the room like everybody, under the same limits, are told of to the others
 * and recorded in the audit log, and hold their consent by a handle. They receive no media.
 */
export class Guest implements Occupant {
  readonly caller: Caller;
  readonly tokens: string[];
  readonly costs: SessionCosts;
  readonly consent: ConsentHandle;
  readonly #options: GuestOptions;
  readonly #id: string;
  #identity: Identity;
  #life: TokenLife | undefined;
  #member: Member | undefined;
  /** `join` has told whoever asked. */
  #joined = false;
  #closed = false;

  private constructor(options: GuestOptions) {
    const { identity, address, services } = options;
    this.#options = options;
    this.#identity = identity;
    this.#id = identity.subject ?? randomBytes(9).toString('base64url');
    this.caller = { token: identity.digest, address };
    this.tokens = [identity.digest];
    this.costs = new SessionCosts(this.caller, services);
    const seated = () => this.#seated;
    this.consent = new ConsentHandle({
      holder: {
        get agreement() {
          return seated().participant.agreement;
        },
        agree: (agreement) => {
          services.withdrawals.said(options.room, this.#id, agreement);
          return seated().room.agree(seated(), agreement);
        },
      },
      policy: services.policy,
      beforeGiving: () => {
        this.#assertGranted();
        this.costs.grant();
      },
    });
  }

  /** Takes a seat. @throws EmostreamError RATE_LIMITED, LIMIT_REACHED, CLOSED, WORKER_DIED, MOVED */
  static async join(options: GuestOptions): Promise<Guest> {
    const { services, room: id, address, name } = options;
    const guest = new Guest(options);
    await services.limits.join(guest.caller);
    await services.placement.claim(id);
    try {
      await services.rooms.enter(id, address, async (room) => {
        const standing = services.withdrawals.standing(id, guest.#id, options.identity, options.agreement);
        const agreement = withinPolicy(standing, services.policy);
        await room.seat(guest, { name, rtpCapabilities: {}, agreement });
      });
    } catch (error) {
      guest.leave('failed');
      throw error;
    }
    if (guest.closed) throw new EmostreamError('CLOSED', 'the seat was taken away meanwhile: ask again');
    guest.#joined = true;
    return guest;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get participant(): Participant {
    return this.#seated.participant;
  }

  get identity(): Identity {
    return this.#identity;
  }

  participantId(): string {
    return this.#id;
  }

  /** Goes on with a token that ends later. @throws EmostreamError FORBIDDEN where it is somebody else's, or grants less */
  renew(identity: Identity): void {
    assertRenews(this.#identity, identity);
    if (this.#closed || identity.expiresAtMs <= this.#identity.expiresAtMs) return;
    this.#identity = identity;
    this.tokens.push(identity.digest);
    this.#life?.stop();
    this.#life = this.#begin(identity);
  }

  /** Nobody asks them: whether recordings may hold their results, until they leave or withdraw anything. */
  agreeToRecording(agreed: boolean): void {
    if (this.#closed) return;
    this.#options.services.recordings.declare(this.#options.room, this.#id, agreed);
  }

  leave(reason: ParticipantCloseReason = 'left'): void {
    this.#member?.participant.close(reason);
  }

  // --- as the room sees it ----------------------------------------------------------------------------------------

  seat(member: Member | undefined): void {
    if (!member) return;
    this.#member = member;
    this.#life = this.#begin(this.#identity);
    member.participant.once('closed', (reason) => this.#end(reason));
  }

  replaced(): void {
    this.leave('removed');
  }

  /** Nobody waits for an answer before what follows. */
  afterResponse(task: () => void): void {
    task();
  }

  notify(news: Notification): void {
    if (news.type === 'analysisAllowed' && news.participant === this.#id && !news.allowed) {
      // What was declared before a moderator ended it is not declared any more when they allow it again.
      this.#options.services.withdrawals.said(this.#options.room, this.#id, NO_AGREEMENT);
    }
    this.#options.onNews?.(news);
  }

  /** What others say is for those who can read it. */
  words(): void {
    // Nobody reads here.
  }

  get #seated(): Member {
    if (!this.#member) throw new EmostreamError('CLOSED', 'the participant is not in the call any more');
    return this.#member;
  }

  #end(reason: ParticipantCloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#life?.stop();
    this.consent.close();
    if (!this.#joined) return;
    // The room hears of the end after this: what throws here must not keep the seat taken.
    new Bulkhead('nothing', this.#options.services).attempt(() => this.#options.onEnd(reason));
  }

  #assertGranted(): void {
    if (!this.#life?.over) return;
    throw new EmostreamError('UNAUTHENTICATED', 'the access token has ended: show a new one; withdrawing is possible');
  }

  #begin({ expiresAtMs }: Identity): TokenLife {
    const { clock, tokenGraceMs } = this.#options.services;
    return new TokenLife({
      expiresAtMs,
      graceMs: tokenGraceMs,
      clock,
      onExpiring: () => undefined,
      onExpired: () => undefined,
      onGraceOver: () => this.leave('token-expired'),
    });
  }
}
