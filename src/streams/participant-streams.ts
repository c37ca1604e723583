import { type Observable, Subject } from 'rxjs';
import type { ParticipantSources, Progress, TrackChange } from './align-windows.js';
import type { Timed, TimedWords } from './types.js';

/**
 * The door between callbacks and RxJS: what the receivers of one participant give is pushed in, and comes out as streams.
 * Subjects hold nothing, so nothing piles up here; `close` completes them all.
 */
export class ParticipantStreams<F, A> implements ParticipantSources<F, A> {
  readonly #frame = new Subject<Timed<F>>();
  readonly #audio = new Subject<Timed<A>>();
  readonly #words = new Subject<TimedWords>();
  readonly #track = new Subject<TrackChange>();
  readonly #progress = new Subject<Progress>();

  readonly frame$: Observable<Timed<F>> = this.#frame.asObservable();
  readonly audioWindow$: Observable<Timed<A>> = this.#audio.asObservable();
  readonly transcript$: Observable<TimedWords> = this.#words.asObservable();
  readonly track$: Observable<TrackChange> = this.#track.asObservable();
  readonly progress$: Observable<Progress> = this.#progress.asObservable();

  frame(frame: Timed<F>): void {
    this.#frame.next(frame);
  }

  audio(item: Timed<A>): void {
    this.#audio.next(item);
  }

  words(words: TimedWords): void {
    this.#words.next(words);
  }

  setTrack(change: TrackChange): void {
    this.#track.next(change);
  }

  progress(progress: Progress): void {
    this.#progress.next(progress);
  }

  /** Streams still listened to: for leak tests. */
  get observed(): boolean {
    return [this.#frame, this.#audio, this.#words, this.#track, this.#progress].some((subject) => subject.observed);
  }

  close(): void {
    for (const subject of [this.#frame, this.#audio, this.#words, this.#track, this.#progress]) subject.complete();
  }
}
