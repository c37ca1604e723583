/** What one analysed second says of a voice. */
export interface HeardSecond {
  /** Its place in the sound, ms from the beginning of the session's. */
  startMs: number;
  endMs: number;
  /** The voice's own distribution over EMOTIONS; null: nobody spoke, or it could not be judged. */
  scores: readonly number[] | null;
  /** Somebody spoke in it. */
  speech: boolean;
}

export type UtteranceOutput =
  | { type: 'start'; utterance: number; startMs: number }
  | { type: 'end'; utterance: number; startMs: number; endMs: number }
  | {
      type: 'result';
      measurement: number;
      utterance: number;
      startMs: number;
      endMs: number;
      trigger: 'interval' | 'speech_ended';
      /** The mean of its seconds. */
      scores: readonly number[];
    };

/** A measurement is of the last so much of an utterance, ms. */
const SPAN_MS = 10_000;
/** After an utterance there is none more where the last one ended so shortly before, ms. */
const FRESH_MS = 1000;

interface Utterance {
  id: number;
  startMs: number;
  endMs: number;
  seconds: HeardSecond[];
  /** Where the last measurement ended, ms. */
  measuredMs: number;
  measured: boolean;
}

/**
 * Analysed seconds → stretches of speech, and a measurement of each as it goes on and when it ends. A stretch is seconds one after
 * another in each of which somebody spoke. Pure.
 */
export class Utterances {
  readonly #timerMs: () => number;
  #current: Utterance | null = null;
  #utterances = 0;
  #measurements = 0;

  /** @param timerMs speech between two measurements, ms */
  constructor(timerMs: () => number) {
    this.#timerMs = timerMs;
  }

  get counts(): { utterances: number; measurements: number } {
    return { utterances: this.#utterances, measurements: this.#measurements };
  }

  /** The next second; what is missing between two has no speech. */
  next(second: HeardSecond): UtteranceOutput[] {
    if (!second.speech) return this.end();
    const out: UtteranceOutput[] = [];
    if (this.#current && second.startMs > this.#current.endMs + FRESH_MS / 2) out.push(...this.end());
    const current = (this.#current ??= this.#begin(second, out));
    current.endMs = Math.max(current.endMs, second.endMs);
    current.seconds = [...current.seconds, second].filter(({ endMs }) => endMs > current.endMs - SPAN_MS);
    if (current.endMs - current.measuredMs >= this.#timerMs()) this.#measure(current, 'interval', out);
    return out;
  }

  /** Nobody speaks any more, or the session ends. */
  end(): UtteranceOutput[] {
    const current = this.#current;
    if (!current) return [];
    this.#current = null;
    const out: UtteranceOutput[] = [];
    if (!current.measured || current.endMs - current.measuredMs >= FRESH_MS)
      this.#measure(current, 'speech_ended', out);
    out.push({ type: 'end', utterance: current.id, startMs: current.startMs, endMs: current.endMs });
    return out;
  }

  #begin({ startMs }: HeardSecond, out: UtteranceOutput[]): Utterance {
    const id = this.#utterances++;
    out.push({ type: 'start', utterance: id, startMs });
    return { id, startMs, endMs: startMs, seconds: [], measuredMs: startMs, measured: false };
  }

  #measure(current: Utterance, trigger: 'interval' | 'speech_ended', out: UtteranceOutput[]): void {
    const judged = current.seconds.flatMap(({ scores }) => (scores ? [scores] : []));
    // Seconds that could not be judged: there is nothing to tell, and nothing is made up.
    if (judged.length === 0) return;
    const scores = judged[0]!.map((_, i) => judged.reduce((sum, one) => sum + (one[i] ?? 0), 0) / judged.length);
    const startMs = Math.max(current.startMs, current.endMs - SPAN_MS);
    current.measuredMs = current.endMs;
    current.measured = true;
    const measurement = this.#measurements++;
    out.push({ type: 'result', measurement, utterance: current.id, startMs, endMs: current.endMs, trigger, scores });
  }
}
