/** What waits to be recognised. `partial`: of somebody who speaks on, worth less than what is over. */
export interface Waiting<S, P> {
  speaker: S;
  piece: P;
  partial: boolean;
}

/**
 * Pieces of speech of several people on their way to one recogniser: fair among people, who are served in turn, with what is
 * over before what goes on. At the bound the oldest partial one makes room, and where there is none the oldest piece. Pure.
 */
export class RecognitionQueue<S, P> {
  readonly #capacity: number;
  readonly #onDrop: (dropped: Waiting<S, P>) => void;
  #waiting: Waiting<S, P>[] = [];
  /** Who was served, the latest last. */
  readonly #served = new Set<S>();

  constructor(capacity: number, onDrop: (dropped: Waiting<S, P>) => void) {
    this.#capacity = capacity;
    this.#onDrop = onDrop;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** How many of them are over. */
  get whole(): number {
    return this.#waiting.filter(({ partial }) => !partial).length;
  }

  /** A piece that waits already waits once, and is no longer partial when it is asked for as a whole. */
  add(asked: Waiting<S, P>): void {
    const known = this.#waiting.find(({ piece }) => piece === asked.piece);
    if (known) {
      known.partial &&= asked.partial;
      return;
    }
    if (this.#waiting.length >= this.#capacity) this.#makeRoom();
    this.#waiting.push(asked);
  }

  next(): Waiting<S, P> | undefined {
    const turns = [...this.#served];
    const rank = ({ speaker, partial }: Waiting<S, P>) => (partial ? turns.length + 1 : 0) + turns.indexOf(speaker);
    let best: Waiting<S, P> | undefined;
    for (const each of this.#waiting) if (!best || rank(each) < rank(best)) best = each;
    if (!best) return undefined;
    this.#remove(best);
    this.#served.delete(best.speaker);
    this.#served.add(best.speaker);
    return best;
  }

  /** Forgets everything of somebody. @returns how many waited */
  forget(speaker: S): number {
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter((each) => each.speaker !== speaker);
    this.#served.delete(speaker);
    return before - this.#waiting.length;
  }

  #makeRoom(): void {
    const dropped = this.#waiting.find(({ partial }) => partial) ?? this.#waiting[0];
    if (!dropped) return;
    this.#remove(dropped);
    this.#onDrop(dropped);
  }

  #remove(item: Waiting<S, P>): void {
    this.#waiting.splice(this.#waiting.indexOf(item), 1);
  }
}
