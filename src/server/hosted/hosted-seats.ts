import type { Agreement, Consent, Source } from '../../common/consent.js';
import type { ParticipantCloseReason } from '../../sfu/index.js';
import { Guest } from '../guest.js';
import type { Services } from '../services.js';
import type { Identity } from '../tokens.js';

/** Who sends by one socket, and what of them. */
export interface SeatUser {
  /** One that comes later takes its place. */
  readonly source: Source;
  /** The seat is gone, or another socket of the same person sends this source now. */
  lost(reason: ParticipantCloseReason): void;
}

export interface SeatRequest {
  services: Services;
  identity: Identity;
  address: string;
  room: string;
  name: string;
  agreement: Agreement;
}

/** A participant who sends by the hosted API: one seat for all sockets of the same person, who may send pictures by one and sound by another. */
export class HostedSeat {
  readonly #users = new Set<SeatUser>();
  readonly #onEmpty: () => void;

  constructor(
    readonly guest: Guest,
    onEmpty: () => void,
  ) {
    this.#onEmpty = onEmpty;
  }

  add(user: SeatUser): void {
    for (const other of [...this.#users]) {
      if (other.source !== user.source) continue;
      this.#users.delete(other);
      other.lost('removed');
    }
    this.#users.add(user);
  }

  /**
   * Makes this the consent, as far as this socket can declare any; what another one declared stays. What it takes away is taken away
   * before this returns.
   * @throws EmostreamError as the consent handle's
   */
  async declare({ consent, showWords }: Agreement, declares: Consent, generation?: number): Promise<void> {
    const before = this.guest.consent.state;
    const part = (what: keyof Consent): boolean => (declares[what] ? consent[what] : before.consent[what]);
    const all = { face: part('face'), voice: part('voice'), words: part('words') };
    const shows = declares.words ? showWords : before.showWords;
    await this.guest.consent.set({ consent: all, showWords: shows }, generation);
  }

  remove(user: SeatUser): void {
    if (!this.#users.delete(user) || this.#users.size > 0) return;
    this.#onEmpty();
    this.guest.leave('left');
  }

  ended(reason: ParticipantCloseReason): void {
    const users = [...this.#users];
    this.#users.clear();
    for (const user of users) user.lost(reason);
  }
}

/** The seats of all who send by the hosted API. */
export class HostedSeats {
  /** By room and person. */
  readonly #seats = new Map<string, Promise<HostedSeat>>();
  #nameless = 0;

  /** A person's seat, who is in the room from now on. @throws EmostreamError as `Guest.join` */
  async take(request: SeatRequest, user: SeatUser): Promise<HostedSeat> {
    const { identity, room } = request;
    // Whoever has no name of their own is somebody else at each socket.
    const key = JSON.stringify(identity.subject === undefined ? ++this.#nameless : [room, identity.subject]);
    const known = await this.#seats.get(key)?.catch(() => undefined);
    const seat = known && !known.guest.closed ? known : await this.#join(request, key);
    seat.add(user);
    return seat;
  }

  #join(request: SeatRequest, key: string): Promise<HostedSeat> {
    let seat: HostedSeat | undefined;
    const forget = (): void => this.#forget(key, joining);
    const joining: Promise<HostedSeat> = Guest.join({
      ...request,
      onEnd: (reason) => {
        forget();
        seat?.ended(reason);
      },
    }).then((guest) => (seat = new HostedSeat(guest, forget)));
    this.#seats.set(key, joining);
    joining.catch(forget);
    return joining;
  }

  #forget(key: string, joining: Promise<HostedSeat>): void {
    if (this.#seats.get(key) === joining) this.#seats.delete(key);
  }
}
