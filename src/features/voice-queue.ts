import { defer, type Observable, type ObservableInput, Subscription, take, tap, throwIfEmpty } from 'rxjs';
import type { DropReason } from '../common/drops.js';
import { toEmostreamError } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import type { Aligned, AlignedWindow } from '../streams/index.js';
import { HeardSeconds } from './heard-seconds.js';
import { HEARD_PER_SECOND, HEARD_WIDTH, type Heard } from './types.js';

/** Pretrained encoders of sound, wherever they run. */
export interface VoiceEncoderPort {
  /**
   * @param second samples at 16 kHz, -1..1; theirs from then on
   * @returns one answer, HEARD_PER_SECOND × HEARD_WIDTH, or an error; what it drops or fails at it counts itself
   */
  encode(second: Float32Array): ObservableInput<Float32Array>;
}

export interface EncodeVoiceOptions<A> {
  /** Null: there are none, and windows pass at once. */
  encoder: VoiceEncoderPort | null;
  /** The sound of a window's own second; null where too little is said in it. Called once for each window. */
  secondOf(window: AlignedWindow<unknown, A>): Float32Array | null;
  /** Emits when a window has waited long enough for its own second. */
  patience$: Observable<unknown>;
  /** Whether there is time for what is not indispensable. */
  affords(): boolean;
  meter: Meter;
}

/** Items that wait behind it, at most: beyond, the first goes without. Windows that were late come several at a time. */
export const MOST_WAITING = 8;
const ANSWER = HEARD_PER_SECOND * HEARD_WIDTH;

interface Place<I> {
  item: I;
  waits: boolean;
}

/** One person's windows in their order, while the seconds of some are being encoded: one second at a time. */
export class VoiceQueue<I extends Aligned<unknown, A>, A> {
  readonly #options: EncodeVoiceOptions<A>;
  readonly #emit: (item: I & { heard: Heard | null }) => void;
  readonly #places: Place<I>[] = [];
  #seconds = new HeardSeconds();
  /** The second in the encoder, its window's patience, and the window while it waits. */
  #running: { work: Subscription; patience: Subscription; place: Place<I> } | null = null;
  #onEmpty: (() => void) | null = null;

  constructor(options: EncodeVoiceOptions<A>, emit: (item: I & { heard: Heard | null }) => void) {
    this.#options = options;
    this.#emit = emit;
  }

  push(item: I): void {
    const place: Place<I> = { item, waits: false };
    this.#places.push(place);
    if (this.#options.encoder && item.type === 'window' && item.window.revision === 0) {
      const second = this.#options.secondOf(item.window);
      if (second) this.#encode(place, item.window.startMs, second);
    }
    if (this.#places.length > MOST_WAITING && this.#places[0]?.waits) this.#goWithout(this.#places[0]);
    this.#flush();
  }

  /** What was heard of the person, or is being encoded, serves nothing from now on. */
  forget(): void {
    this.#seconds = new HeardSeconds();
    if (!this.#running) return;
    this.#drop('closed');
    this.#settle();
    this.#flush();
  }

  /** Calls back when everything that waits is gone. */
  whenEmpty(callback: () => void): void {
    this.#onEmpty = callback;
    this.#flush();
  }

  close(): void {
    if (this.#running) this.#drop('closed');
    this.#settle();
    this.#places.length = 0;
    this.#onEmpty = null;
  }

  #encode(place: Place<I>, startMs: number, second: Float32Array): void {
    const { encoder, affords, patience$, meter } = this.#options;
    if (!affords()) return this.#drop('load');
    if (this.#running) return this.#drop('busy');
    const from = performance.now();
    place.waits = true;
    const running = { work: new Subscription(), patience: new Subscription(), place };
    this.#running = running;
    const done = (): void => {
      if (this.#running !== running) return;
      this.#settle();
      this.#flush();
    };
    running.patience.add(patience$.subscribe(() => this.#goWithout(place)));
    running.work.add(
      defer(() => encoder!.encode(second))
        .pipe(take(1), throwIfEmpty(), tap(requireWhole))
        .subscribe({
          next: (answer) => {
            this.#seconds.add(startMs, answer);
            meter.count('emostream_encoded_voice_seconds_total');
            meter.observe('emostream_stage_duration_seconds', (performance.now() - from) / 1000, {
              stage: 'encode-voice',
            });
          },
          error: (error: unknown) => {
            meter.count('emostream_errors_total', { code: toEmostreamError(error).code });
            done();
          },
          complete: done,
        }),
    );
  }

  /** Its answer, when it comes, serves the windows after it. */
  #goWithout(place: Place<I>): void {
    if (!place.waits) return;
    place.waits = false;
    this.#drop('late');
    this.#flush();
  }

  /** Nothing is in the encoder any more. */
  #settle(): void {
    const running = this.#running;
    this.#running = null;
    if (!running) return;
    running.work.unsubscribe();
    running.patience.unsubscribe();
    running.place.waits = false;
  }

  #flush(): void {
    while (this.#places[0] && !this.#places[0].waits) {
      const { item } = this.#places.shift()!;
      this.#emit({ ...item, heard: item.type === 'window' ? this.#seconds.in(item.window) : null });
    }
    if (this.#places.length === 0) this.#onEmpty?.();
  }

  #drop(reason: DropReason<'voice-encoder'>): void {
    this.#options.meter.count('emostream_dropped_total', { stage: 'voice-encoder', reason });
  }
}

/** What is not whole would have its window, and two more, refused: they go without. */
function requireWhole(answer: Float32Array): void {
  if (answer.length !== ANSWER) throw new RangeError(`An encoder answered ${answer.length} numbers, not ${ANSWER}.`);
  if (!answer.every(Number.isFinite)) throw new RangeError('An encoder answered a number that is not finite.');
}
