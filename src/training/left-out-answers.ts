import { z } from 'zod';
import { join } from 'node:path';
import { EMOTIONS } from '../common/emotions.js';
import { readOptional } from './evaluation/sources.js';
import { clipSchema, type HeldOutClip } from './held-out-clips.js';
import { SPEECH_CORPORA } from './train-options.js';

/** Answers before softmax, n × 7, and their labels. */
export interface LabelledLogits {
  logits: Float32Array;
  labels: number[];
}

/** What networks said of voices of corpora that they had not heard, with the encoders and without. */
export interface LeftOutAnswers {
  voiceHeard: LabelledLogits;
  voice: LabelledLogits;
}

const schema = z.object({ clips: z.array(clipSchema).optional() });

/**
 * Of each corpus as many windows as of the others, evenly over it.
 * @param folder where `train voice --leave-out-corpus` wrote its answers
 * @param most windows of all corpora together
 * @returns null where there are none
 */
export async function readLeftOutAnswers(folder: string, most: number): Promise<LeftOutAnswers | null> {
  const clips = (await readOptional(join(folder, 'voice.corpora.json'), schema))?.clips;
  return clips && clips.length > 0 ? leftOutAnswers(clips, most) : null;
}

export function leftOutAnswers(clips: readonly HeldOutClip[], most: number): LeftOutAnswers {
  const corpora = SPEECH_CORPORA.filter((name) => clips.some(({ corpus }) => corpus === name));
  const drawn = corpora.flatMap((name) => {
    const own = clips.filter(({ corpus }) => corpus === name);
    const count = Math.min(own.length, Math.floor(most / corpora.length));
    return Array.from({ length: count }, (_, i) => own[Math.floor((i * own.length) / count)]!);
  });
  // The last window of a clip: the one that ends with it.
  const of = (windowsOf: (clip: HeldOutClip) => readonly number[][] | undefined): LabelledLogits => {
    const answered = drawn.flatMap((clip) => {
      const window = windowsOf(clip)?.at(-1);
      return window ? [{ window, label: clip.label }] : [];
    });
    const logits = new Float32Array(answered.length * EMOTIONS.length);
    answered.forEach(({ window }, i) => logits.set(window, i * EMOTIONS.length));
    return { logits, labels: answered.map(({ label }) => label) };
  };
  return { voiceHeard: of(({ windows }) => windows), voice: of(({ without }) => without?.windows) };
}

/** What there is of a voice under that name in a calibration, heard by the encoders or not; of anything else nothing. */
export const unheardOf = (leftOut: LeftOutAnswers | null, name: string): LabelledLogits =>
  (name === 'voice' || name === 'voiceHeard' ? leftOut?.[name] : null) ?? { logits: new Float32Array(0), labels: [] };
