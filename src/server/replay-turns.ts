import { performance } from 'node:perf_hooks';

/** After a turn the thread is left to everything else for so many times as long as it took. */
const REST_FACTOR = 7;

/**
 * Who reads the past must not stop everybody's present: replays of all sockets take turns, one short turn each, and together
 * have an eighth of the main thread at most, however many they are.
 */
export class ReplayTurns {
  // Insertion order is the order of the turns.
  readonly #waiting = new Set<() => void>();
  #planned = false;

  /** Queues a turn; asking again before it came changes nothing. `turn` asks anew if it has more to do. */
  ask(turn: () => void): void {
    this.#waiting.add(turn);
    this.#plan(0);
  }

  forget(turn: () => void): void {
    this.#waiting.delete(turn);
  }

  #plan(restMs: number): void {
    if (this.#planned) return;
    this.#planned = true;
    setTimeout(() => this.#next(), restMs);
  }

  #next(): void {
    const [turn] = this.#waiting;
    const from = performance.now();
    try {
      if (turn) {
        this.#waiting.delete(turn);
        turn();
      }
    } finally {
      // Not before: what asks during a turn comes after the rest.
      this.#planned = false;
      if (this.#waiting.size > 0) this.#plan(REST_FACTOR * (performance.now() - from));
    }
  }
}
