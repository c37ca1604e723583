export interface Missed {
  /** First and last missing event, inclusive. */
  fromSeq: number;
  toSeq: number;
  /**
   * `expired`: the server's journal no longer held them; `forgotten`: their person withdrew or left; `slow-subscriber`: this client read too slowly; `hole`: the
   * numbers jumped without a word from the server.
   */
  reason: 'expired' | 'slow-subscriber' | 'forgotten' | 'other-epoch' | 'hole';
}

/**
 * Follows the sequence numbers of one room: where to resume, what came twice, what never came.
 * Pure: the client feeds it what arrives.
 */
export class SequenceTracker {
  #lastSeq: number | undefined;

  /** @param sinceSeq the last event known already, if any */
  constructor(sinceSeq?: number) {
    this.#lastSeq = sinceSeq;
  }

  /** The number to resume after; undefined before anything was heard. */
  get lastSeq(): number | undefined {
    return this.#lastSeq;
  }

  /** An event arrived. `duplicate` ones are to be ignored; `missed` ones lie between it and the one before. */
  event(seq: number): { duplicate: boolean; missed: Missed | null } {
    const last = this.#lastSeq;
    if (last !== undefined && seq <= last) return { duplicate: true, missed: null };
    this.#lastSeq = seq;
    const hole = last !== undefined && seq > last + 1;
    return { duplicate: false, missed: hole ? { fromSeq: last + 1, toSeq: seq - 1, reason: 'hole' } : null };
  }

  /**
   * The server says what will not come.
   * @returns everything up to `toSeq` that has not come already: what lies before `fromSeq` can no longer come either
   */
  missed(fromSeq: number, toSeq: number, reason: Missed['reason']): Missed | null {
    const from = this.#lastSeq === undefined ? fromSeq : this.#lastSeq + 1;
    if (toSeq < from) return null;
    this.#lastSeq = toSeq;
    return { fromSeq: from, toSeq, reason };
  }

  /**
   * The server answered a subscription.
   * @param since what the request asked to resume after, if it did
   * @param lastSeq the newest number of the room on the server
   * @returns true when the server's numbering began anew (it was restarted): then everything it holds is news
   */
  subscribed(since: number | undefined, lastSeq: number): boolean {
    if (since === undefined) {
      // A live event may have overtaken the answer.
      this.#lastSeq ??= lastSeq;
      return false;
    }
    if (lastSeq >= since) return false;
    this.#lastSeq = 0;
    return true;
  }
}
