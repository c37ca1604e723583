import type { Clock } from '../common/clock.js';
import { toEmostreamError } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import type { AudioChunk, TranscriptSegment } from '../media/types.js';
import type { Transcriber, TranscriberFactory } from '../streams/transcriber.js';

/** One participant's server-side words: a transcriber exists exactly while words are wanted and there is sound. */
export class Transcription {
  #transcriber: Transcriber | null = null;
  #wanted = false;
  #failed = false;

  constructor(
    private readonly deps: {
      factory: TranscriberFactory;
      onWords: (segment: TranscriptSegment) => void;
      meter: Meter;
      clock: Clock;
    },
  ) {}

  setWanted(wanted: boolean): void {
    this.#wanted = wanted;
    if (!wanted) this.stop();
  }

  push(chunk: AudioChunk): void {
    if (!this.#wanted || this.#failed) return;
    this.#guarded(() => {
      this.#transcriber ??= this.#create();
      this.#transcriber.push(chunk);
    });
  }

  /** The sound ended, or words are not wanted any more. */
  stop(): void {
    const transcriber = this.#transcriber;
    this.#transcriber = null;
    if (transcriber) this.#guarded(() => transcriber.close());
  }

  #create(): Transcriber {
    const transcriber: Transcriber = this.deps.factory({
      onWords: (segment) => {
        // A recogniser that gives words after it was closed gives them without consent.
        if (this.#transcriber === transcriber) this.deps.onWords({ ...segment, arrivalMs: this.deps.clock() });
        else this.deps.meter.count('emostream_dropped_total', { stage: 'transcriber', reason: 'closed' });
      },
      onError: (error) => {
        this.#fail(error);
      },
    });
    return transcriber;
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#failed = true;
    this.deps.meter.count('emostream_errors_total', { code: toEmostreamError(error).code });
    this.stop();
  }
}
