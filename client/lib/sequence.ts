import type { Open } from '../../src/common/open-enum.js';
import type { MISSED_REASONS } from '../../src/server/protocol.js';

/** Where a subscriber stopped: a number, and the numbering that it is of, where that is known. */
export interface ResumePoint {
  sinceSeq: number;
  epoch?: string | undefined;
}

export interface Missed {
  /** Of which room; a client may listen to several. */
  room?: string;
  /** The numbering that the numbers are of. */
  epoch: string;
  /** First and last missing event, inclusive; `toSeq` null: nobody knows where that numbering ended. */
  fromSeq: number;
  toSeq: number | null;
  /**
   * `expired`: the server's journal no longer held them; `forgotten`: their person withdrew consent or left;
   * `lost`: they did not get from the node of the room to the one that is listened to;
   * `slow-subscriber`: this client read too slowly; `other-epoch`: the room was forgotten, or the server restarted, and its
   * numbering began anew; `hole`: the numbers jumped without a word from the server.
   */
  reason: Open<(typeof MISSED_REASONS)[number] | 'hole'>;
}

/**
 * Follows the sequence numbers of one room: where to resume, what came twice, what never came; from one numbering (epoch) into
 * the next. Pure: the client feeds it what arrives.
 */
export class SequenceTracker {
  #epoch: string | undefined;
  #lastSeq: number | undefined;

  readonly #narrowed: boolean;

  /**
   * @param from the last event known already, if any
   * @param narrowed not all of the room's events come, so that numbers without an event say nothing
   */
  constructor(from?: ResumePoint, narrowed = false) {
    this.#narrowed = narrowed;
    this.#epoch = from?.epoch;
    this.#lastSeq = from?.sinceSeq;
  }

  /** The number to resume after; undefined before anything was heard. */
  get lastSeq(): number | undefined {
    return this.#lastSeq;
  }

  /** What a subscription asks to resume after. */
  get place(): ResumePoint | undefined {
    return this.#lastSeq === undefined ? undefined : { sinceSeq: this.#lastSeq, epoch: this.#epoch };
  }

  /** An event arrived. `duplicate` ones are to be ignored; `missed` ones lie between it and the one before. */
  event(epoch: string, seq: number): { duplicate: boolean; missed: Missed | null } {
    this.#enter(epoch);
    const last = this.#lastSeq;
    if (last !== undefined && seq <= last) return { duplicate: true, missed: null };
    this.#lastSeq = seq;
    const hole = !this.#narrowed && last !== undefined && seq > last + 1;
    return { duplicate: false, missed: hole ? { epoch, fromSeq: last + 1, toSeq: seq - 1, reason: 'hole' } : null };
  }

  /** The server says that everything wanted up to this number has been sent. @returns what was lost all the same */
  reached(epoch: string, seq: number): Missed | null {
    this.#enter(epoch);
    const last = this.#lastSeq;
    if (last !== undefined && seq <= last) return null;
    this.#lastSeq = seq;
    return this.#narrowed || last === undefined ? null : { epoch, fromSeq: last + 1, toSeq: seq, reason: 'hole' };
  }

  /**
   * The server says what will not come.
   * @returns everything up to `toSeq` that has not come already: what lies before `fromSeq` can no longer come either
   */
  missed({ epoch, fromSeq, toSeq, reason }: Missed): Missed | null {
    // Of a numbering that has ended nothing can be counted; the answer to the subscription named the one that goes on.
    if (toSeq === null) return { epoch, fromSeq, toSeq, reason };
    this.#enter(epoch);
    const from = this.#lastSeq === undefined ? fromSeq : this.#lastSeq + 1;
    if (toSeq < from) return null;
    this.#lastSeq = toSeq;
    return { epoch, fromSeq: from, toSeq, reason };
  }

  /**
   * The server answered a subscription.
   * @param asked what the request asked to resume after, if it did
   * @param answer the room's numbering and the newest number of it
   */
  subscribed(asked: ResumePoint | undefined, { epoch, lastSeq }: { epoch: string; lastSeq: number }): void {
    if (asked === undefined) {
      this.#lastSeq = lastSeq;
    } else if (asked.epoch === undefined ? lastSeq < asked.sinceSeq : epoch !== asked.epoch) {
      // All that is held of the other numbering follows.
      this.#lastSeq = 0;
    }
    this.#epoch = epoch;
  }

  /** Another numbering begins at its first event. */
  #enter(epoch: string): void {
    if (this.#epoch !== undefined && this.#epoch !== epoch) this.#lastSeq = 0;
    this.#epoch = epoch;
  }
}
