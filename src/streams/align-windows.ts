import { defer, type OperatorFunction } from 'rxjs';
import { flatten } from '../common/flatten.js';
import type { Modality } from '../common/emotions.js';
import type { AlignerOptions } from './aligner-options.js';
import type { AlignedWindow, Timed, TimedWords } from './types.js';
import { WindowAligner } from './window-aligner.js';

/** A track (or consent) of one modality comes, goes, pauses or resumes. */
export interface TrackChange {
  modality: Modality;
  on: boolean;
  paused: boolean;
}

/** Everything of one participant that windows are made of, merged into one stream, and the time that closes them. */
export type AlignerInput<F, A> =
  | { type: 'track'; change: TrackChange }
  | { type: 'frame'; frame: Timed<F> }
  | { type: 'audio'; audio: Timed<A> }
  | { type: 'words'; words: TimedWords }
  /** A track has come to a media time without giving an item. */
  | { type: 'progress'; modality: 'face' | 'voice'; mediaTime: number; arrivalMs: number }
  /** Server wall clock, ms, several times a second; what arrived before `handledMs` was pushed. */
  | { type: 'tick'; now: number; handledMs: number };

export type Aligned<F, A> =
  | { type: 'window'; window: AlignedWindow<F, A> }
  /** Windows in [startMs, endMs) never come: the process was suspended or overrun. */
  | { type: 'skipped'; startMs: number; endMs: number };

/**
 * One participant's pictures, sound and words → aligned one-second windows. Nothing is queued but what WindowAligner holds (see
 * there for its bounds); windows come out with a tick.
 */
export function alignWindows<F, A>(options: AlignerOptions): OperatorFunction<AlignerInput<F, A>, Aligned<F, A>> {
  return (input$) =>
    defer(() => {
      const aligner = new WindowAligner<F, A>(options);
      return input$.pipe(flatten((input) => align(aligner, input)));
    });
}

const NOTHING: readonly never[] = [];

function align<F, A>(aligner: WindowAligner<F, A>, input: AlignerInput<F, A>): readonly Aligned<F, A>[] {
  switch (input.type) {
    case 'track':
      aligner.setTrack(input.change.modality, input.change.on, input.change.paused);
      return NOTHING;
    case 'frame':
      aligner.pushFrame(input.frame);
      return NOTHING;
    case 'audio':
      aligner.pushAudio(input.audio);
      return NOTHING;
    case 'words':
      aligner.pushWords(input.words);
      return NOTHING;
    case 'progress':
      aligner.progress(input.modality, input.mediaTime, input.arrivalMs);
      return NOTHING;
    case 'tick': {
      const { windows, skipped } = aligner.advance(input.now, input.handledMs);
      const closed = windows.map((window) => ({ type: 'window' as const, window }));
      return skipped ? [{ type: 'skipped', ...skipped }, ...closed] : closed;
    }
  }
}
