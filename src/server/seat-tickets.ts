import { randomBytes } from 'node:crypto';
import type { Clock } from '../common/clock.js';
import type { Agreement } from '../common/consent.js';
import type { Meter } from '../common/metrics.js';
import type { Identity } from './tokens.js';

/** A seat that somebody has, or lost a moment ago: what of it comes back with its ticket. */
export interface HeldSeat {
  readonly room: string;
  readonly participant: string;
  /** What the token granted that it was taken with, or the one that took that one's place. */
  readonly identity: Identity;
  /** What its person had agreed to. */
  readonly agreement: Agreement;
}

export interface SeatTicketsOptions {
  clock: Clock;
  meter: Meter;
  /** How long the ticket of a lost seat is good, ms. */
  holdMs: number;
  /** How long after its token's end a seat is kept, ms. */
  graceMs: number;
}

/** Begins a ticket, and no JSON Web Token. */
const PREFIX = 'seat-';
/** Lost seats that are waited for; past it the one that was lost first is given up. */
const MAX_LOST = 10_000;

/**
 * Tickets of seats: whoever shows one is the person who sat there. It says so where the access token cannot, having ended or naming nobody.
 * Known to this process alone, and good for as long as the seat is taken, and a while after its connection was lost.
 */
export class SeatTickets {
  readonly #options: SeatTicketsOptions;
  readonly #taken = new Map<string, HeldSeat>();
  /** In the order in which they were lost. */
  readonly #lost = new Map<string, { seat: HeldSeat; untilMs: number }>();

  constructor(options: SeatTicketsOptions) {
    this.#options = options;
  }

  /** Tickets known: for the tests of boundedness. */
  get size(): number {
    return this.#taken.size + this.#lost.size;
  }

  static is(token: string): boolean {
    return token.startsWith(PREFIX);
  }

  /**
   * A seat was taken.
   * @param ticket the one that it was taken again with, and goes on being good
   */
  take(seat: HeldSeat, ticket = PREFIX + randomBytes(24).toString('base64url')): string {
    this.#lost.delete(ticket);
    this.#taken.set(ticket, seat);
    return ticket;
  }

  /** The seat's connection, or its media, were lost. */
  lose(ticket: string, agreement: Agreement): void {
    const seat = this.#taken.get(ticket);
    if (!seat) return;
    this.#taken.delete(ticket);
    const { clock, holdMs, graceMs, meter } = this.#options;
    const untilMs = Math.min(clock() + holdMs, seat.identity.expiresAtMs + graceMs);
    this.#lost.set(ticket, { seat: { ...seat, agreement }, untilMs });
    for (const [oldest, { untilMs: until }] of this.#lost) {
      const over = until <= clock();
      if (!over && this.#lost.size <= MAX_LOST) break;
      if (!over) meter.count('emostream_dropped_total', { stage: 'seat', reason: 'overflow' });
      this.#lost.delete(oldest);
    }
  }

  /** The seat was given up, or its person is not to come back. */
  end(ticket: string): void {
    this.#taken.delete(ticket);
    this.#lost.delete(ticket);
  }

  /** The seat that a ticket stands for; undefined: none any more. */
  find(ticket: string): HeldSeat | undefined {
    const lost = this.#lost.get(ticket);
    return lost && lost.untilMs > this.#options.clock() ? lost.seat : this.#taken.get(ticket);
  }
}
