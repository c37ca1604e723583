import { EMOTIONS } from '../common/emotions.js';
import { logMel } from '../features/log-mel.js';
import { MEL_BANDS, MEL_FRAMES, type Heard } from '../features/types.js';
import type { NamedWeights } from '../inference/model-format.js';
import { ITSELF } from './heard/clip-copies.js';
import { heardWindow, secondsOf, type VoiceSet } from './heard/heard-clips.js';
import { joinHeard } from './heard/seconds.js';
import { joinFloats } from './join-floats.js';
import { predictVoices, probabilities as softmaxRows } from './predict.js';
import { clipSamples } from './splits.js';
import { clipWindows } from './voice-windows.js';

const WINDOW = MEL_FRAMES * MEL_BANDS;

export interface WindowsOfClips {
  /** n × MEL_FRAMES × MEL_BANDS */
  windows: Float32Array;
  /** Windows of each clip. */
  counts: number[];
  /** Of all n; null: it is not known what encoders hear in the set. */
  heard: Heard | null;
}

/** The windows of many clips, and how many each clip has. */
export function windowsOfClips(set: VoiceSet, clips: readonly number[]): WindowsOfClips {
  const perClip = clips.map((clip) => clipWindows(logMel(clipSamples(set, clip))));
  const counts = perClip.map(({ length }) => length / WINDOW);
  const heard = clips.flatMap((clip, i) => heardInClip(set, clip, counts[i]!));
  return { windows: joinFloats(perClip), counts, heard: joinHeard(heard) };
}

/** What is heard in the windows of `clipWindows`: the last ends with the clip, each other a second before the next. */
export function heardInClip({ heard }: VoiceSet, clip: number, windows: number): (Heard | null)[] {
  return Array.from({ length: windows }, (_, i) =>
    heard ? heardWindow(heard, clip, ITSELF, secondsOf(heard, clip, ITSELF) - (windows - 1 - i)) : null,
  );
}

/** Clip-level answers: the mean of the distributions of a clip's windows. @returns probabilities: clips × 7 */
export function judgeClips(
  folded: ReadonlyMap<string, NamedWeights>,
  set: VoiceSet,
  clips: readonly number[],
  temperature = 1,
): { probabilities: Float32Array; labels: number[] } {
  const { windows, counts, heard } = windowsOfClips(set, clips);
  const perWindow = softmaxRows(predictVoices(folded, windows, heard).logits, temperature);
  return { probabilities: meanPerClip(perWindow, counts), labels: clips.map((clip) => set.labels[clip]!) };
}

/** @param perWindow one distribution for each window, clip after clip @param counts windows of each clip @returns clips × 7 */
export function meanPerClip(perWindow: Float32Array, counts: readonly number[]): Float32Array {
  const classes = EMOTIONS.length;
  const out = new Float32Array(counts.length * classes);
  let row = 0;
  counts.forEach((count, clip) => {
    for (let i = 0; i < count; i++, row++) {
      for (let k = 0; k < classes; k++) out[clip * classes + k]! += perWindow[row * classes + k]! / count;
    }
  });
  return out;
}
