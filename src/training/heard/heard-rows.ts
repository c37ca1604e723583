import * as tf from '@tensorflow/tfjs-core';
import { HEARD_PER_SECOND, HEARD_STEPS, HEARD_WIDTH, type Heard } from '../../features/types.js';
import { statisticsOf } from '../../inference/network/voice-encoder.js';
import { COPIES } from './clip-copies.js';
import { heardWindow, secondsOf, type HeardClips } from './heard-clips.js';
import { joinHeard } from './seconds.js';

/** Numbers of a window that a voice network reads of what encoders heard: mean and deviation of each. */
export const STATISTICS = 2 * HEARD_WIDTH;
const BATCH = 128;

/**
 * The windows of a clip's copies, one a second as in a call, that training draws from: as statistics, because the read-out of them
 * is all that is trained.
 */
export interface HeardRows {
  /** n × STATISTICS */
  values: Float32Array;
  /** n: which clip's. */
  clips: Int32Array;
  /** n: chance to be drawn among the rows of its clip; they add up to 1. */
  chances: Float32Array;
}

/**
 * How much rather a window is drawn that has more of its clip: the share of the most that any window of the clip has, to this power.
 * Half a word says less of the emotion than the sentence, and is of the label of the sentence all the same.
 */
const FAVOUR_WHOLE = 2;

/** @param clips of which rows are wanted */
export function heardRows(heard: HeardClips, clips: readonly number[]): HeardRows {
  const windows: { clip: number; copy: number; end: number; steps: number }[] = [];
  const chances: number[] = [];
  for (const clip of clips) {
    const own = windowsOfClip(heard, clip);
    const most = Math.max(...own.map(({ steps }) => steps));
    const weights = own.map(({ steps }) => (steps / most) ** FAVOUR_WHOLE);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    windows.push(...own);
    chances.push(...weights.map((weight) => weight / sum));
  }
  const values = new Float32Array(windows.length * STATISTICS);
  for (let from = 0; from < windows.length; from += BATCH) {
    const batch = windows.slice(from, from + BATCH).map(({ clip, copy, end }) => heardWindow(heard, clip, copy, end)!);
    values.set(statisticsOfWindows(batch), from * STATISTICS);
  }
  return { values, clips: Int32Array.from(windows, ({ clip }) => clip), chances: Float32Array.from(chances) };
}

/** Every window in whose newest second the clip is heard. */
function windowsOfClip(heard: HeardClips, clip: number): { clip: number; copy: number; end: number; steps: number }[] {
  return Array.from({ length: COPIES }, (_, copy) => {
    const first = heard.offsets[clip * COPIES + copy]!;
    const isHeard = (second: number): boolean => second >= 0 && heard.rows[first + second]! >= 0;
    return Array.from({ length: secondsOf(heard, clip, copy) }, (_, second) => second + 1)
      .filter((end) => isHeard(end - 1))
      .map((end) => {
        const seconds = [end - 3, end - 2, end - 1].filter(isHeard).length;
        return { clip, copy, end, steps: seconds * HEARD_PER_SECOND };
      });
  }).flat();
}

function statisticsOfWindows(windows: readonly Heard[]): Float32Array {
  return tf.tidy(() => {
    const { frames, present } = joinHeard(windows)!;
    const { values } = statisticsOf({
      frames: tf.tensor3d(frames, [windows.length, HEARD_STEPS, HEARD_WIDTH]),
      present: tf.tensor2d(Float32Array.from(present), [windows.length, HEARD_STEPS]),
    });
    return values.dataSync<'float32'>() as Float32Array;
  });
}
