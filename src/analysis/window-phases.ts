import { ENCODER_PATIENCE_MS } from '../features/encode-voice.js';

/** Offsets from the whole second, ms, each as far from those before it as can be (van der Corput's sequence in base 2). */
const PHASES = [0, 500, 250, 750, 125, 625, 375, 875] as const;

/**
 * So many voices a process's encoders hear in turn, 16 ms each on a core as slow as ours (`bench:voice-encoders`), while their windows
 * wait (`ENCODER_PATIENCE_MS`): more that close at one instant would go without.
 */
const VOICES_IN_TIME = Math.floor(ENCODER_PATIENCE_MS / 16);

/** So many people's windows may close at one instant: as many as are judged in one batch, and, with encoders, heard in time. */
export function peopleAtOnce(maxBatch: number, voicesAreEncoded: boolean): number {
  return voicesAreEncoded ? Math.min(maxBatch, VOICES_IN_TIME) : maxBatch;
}

/**
 * When whose windows end: were it the same instant for all, the network would have everybody's to judge at once and nothing to do
 * for the rest of the second, and the last would wait for all the others. So people share an instant only until they are as
 * many as are judged, and heard, in one go; the next ones have another.
 */
export class WindowPhases {
  readonly #perPhase: () => number;
  readonly #people = new Map<number, number>(PHASES.map((phase) => [phase, 0]));

  /** @param perPhase so many people are judged in one go just now */
  constructor(perPhase: () => number) {
    this.#perPhase = perPhase;
  }

  /** The offset of a newcomer's windows from the whole second, ms; to be released when they are gone. */
  take(): number {
    const least = Math.min(...this.#people.values());
    const room = Math.max(this.#perPhase(), least + 1);
    const phase = PHASES.find((one) => this.#countOf(one) < room) ?? PHASES[0];
    this.#people.set(phase, this.#countOf(phase) + 1);
    return phase;
  }

  release(phase: number): void {
    this.#people.set(phase, this.#countOf(phase) - 1);
  }

  #countOf(phase: number): number {
    return this.#people.get(phase) ?? 0;
  }
}
