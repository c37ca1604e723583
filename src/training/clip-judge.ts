import { EMOTIONS } from '../common/emotions.js';
import { logMel } from '../features/log-mel.js';
import { MEL_BANDS, MEL_FRAMES } from '../features/types.js';
import type { NamedWeights } from '../inference/model-format.js';
import type { SpeechSet } from './data/speech.js';
import { joinFloats } from './join-floats.js';
import { predictVoices, probabilities as softmaxRows } from './predict.js';
import { clipSamples } from './splits.js';
import { clipWindows } from './voice-windows.js';

const WINDOW = MEL_FRAMES * MEL_BANDS;

/** The windows of many clips, and how many each clip has. */
export function windowsOfClips(set: SpeechSet, clips: readonly number[]): { windows: Float32Array; counts: number[] } {
  const perClip = clips.map((clip) => clipWindows(logMel(clipSamples(set, clip))));
  return { windows: joinFloats(perClip), counts: perClip.map(({ length }) => length / WINDOW) };
}

/** Clip-level answers: the mean of the distributions of a clip's windows. @returns probabilities: clips × 7 */
export function judgeClips(
  folded: ReadonlyMap<string, NamedWeights>,
  set: SpeechSet,
  clips: readonly number[],
  temperature = 1,
): { probabilities: Float32Array; labels: number[] } {
  const { windows, counts } = windowsOfClips(set, clips);
  const perWindow = softmaxRows(predictVoices(folded, windows).logits, temperature);
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
