import { Observable, type Subscription } from 'rxjs';
import type { Modality } from '../common/emotions.js';
import type { AlignedWindow, Timed, TimedWords } from './types.js';
import type { AlignerOptions } from './aligner-options.js';
import { WindowAligner } from './window-aligner.js';

/** A track (or consent) of one modality comes, goes, pauses or resumes. */
export interface TrackChange {
  modality: Modality;
  on: boolean;
  paused: boolean;
}

/** A track has come to a media time without giving an item. */
export interface Progress {
  modality: 'face' | 'voice';
  mediaTime: number;
  arrivalMs: number;
}

/** One participant's streams. All are hot: what comes while nobody listens is gone. */
export interface ParticipantSources<F, A> {
  frame$: Observable<Timed<F>>;
  audioWindow$: Observable<Timed<A>>;
  transcript$: Observable<TimedWords>;
  track$: Observable<TrackChange>;
  progress$: Observable<Progress>;
}

export type Aligned<F, A> =
  | { type: 'window'; window: AlignedWindow<F, A> }
  /** Windows in [startMs, endMs) never come: the process was suspended or overrun. */
  | { type: 'skipped'; startMs: number; endMs: number };

/**
 * One participant's streams → aligned windows. Nothing is queued but what WindowAligner holds (see there for its bounds);
 * windows come out within a tick. Unsubscribing frees everything.
 * @param tick$ server wall clock, ms, several times a second
 */
export function alignWindows<F, A>(
  sources: ParticipantSources<F, A>,
  tick$: Observable<number>,
  options: AlignerOptions,
): Observable<Aligned<F, A>> {
  return new Observable((subscriber) => {
    const aligner = new WindowAligner<F, A>(options);
    const follow = <T>(source: Observable<T>, next: (item: T) => void): Subscription =>
      source.subscribe({
        next,
        error: (error: unknown) => {
          subscriber.error(error);
        },
      });
    subscriber.add(
      follow(sources.track$, ({ modality, on, paused }) => {
        aligner.setTrack(modality, on, paused);
      }),
    );
    subscriber.add(
      follow(sources.progress$, ({ modality, mediaTime, arrivalMs }) => {
        aligner.progress(modality, mediaTime, arrivalMs);
      }),
    );
    subscriber.add(
      follow(sources.frame$, (frame) => {
        aligner.pushFrame(frame);
      }),
    );
    subscriber.add(
      follow(sources.audioWindow$, (item) => {
        aligner.pushAudio(item);
      }),
    );
    subscriber.add(
      follow(sources.transcript$, (words) => {
        aligner.pushWords(words);
      }),
    );
    subscriber.add(
      tick$.subscribe({
        next: (now) => {
          const { windows, skipped } = aligner.advance(now);
          if (skipped) subscriber.next({ type: 'skipped', ...skipped });
          for (const window of windows) subscriber.next({ type: 'window', window });
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
        // No more ticks, no more windows.
        complete: () => {
          subscriber.complete();
        },
      }),
    );
  });
}
