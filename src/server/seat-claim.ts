import type { Agreement } from '../common/consent.js';
import type { HeldSeat, SeatTickets } from './seat-tickets.js';
import type { Identity } from './tokens.js';

/** The tickets of one session: its seat's, and the one that opened its socket. */
export class SeatClaim {
  readonly #tickets: SeatTickets;
  /** A ticket opened the socket. */
  readonly opened: boolean;
  #ticket: string | undefined;
  #taken = false;

  constructor(tickets: SeatTickets, opening: string | undefined) {
    this.#tickets = tickets;
    this.opened = opening !== undefined;
  }

  /** The socket was opened to take a seat again, which it has not done yet. */
  get waits(): boolean {
    return this.opened && !this.#taken;
  }

  /** The seat that a ticket lets this person take again, if it does. */
  find(ticket: string | undefined, room: string, { subject }: Identity): HeldSeat | undefined {
    const held = ticket === undefined ? undefined : this.#tickets.find(ticket);
    if (held?.room !== room) return undefined;
    return subject === undefined || subject === held.participant ? held : undefined;
  }

  /** @param ticket by which the seat was taken again. @returns the seat's ticket */
  take(seat: HeldSeat, ticket: string | undefined): string {
    this.#taken = true;
    return (this.#ticket = this.#tickets.take(seat, ticket));
  }

  renew(identity: Identity): void {
    const seat = this.#ticket === undefined ? undefined : this.#tickets.find(this.#ticket);
    if (seat) this.#tickets.take({ ...seat, identity }, this.#ticket);
  }

  lose(agreement: Agreement): void {
    if (this.#ticket !== undefined) this.#tickets.lose(this.#ticket, agreement);
    this.#ticket = undefined;
  }

  /** The seat is given up for good. */
  end(): void {
    if (this.#ticket !== undefined) this.#tickets.end(this.#ticket);
    this.#ticket = undefined;
  }
}
