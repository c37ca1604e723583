import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { MODALITIES } from '../../../src/common/emotions.js';
import {
  FACE_CROPS,
  FACE_SIZE,
  MEL_BANDS,
  MEL_FRAMES,
  WORD_BUCKETS,
  WORD_ROW,
  WORD_TOKENS,
  type Heard,
} from '../../../src/features/types.js';
import { encodeModel, type Calibration } from '../../../src/inference/model-format.js';
import { toNetworkBatch } from '../../../src/inference/network/batch.js';
import { fusionNetwork } from '../../../src/inference/network/fusion-network.js';
import type { EmotionScores, ModelInput } from '../../../src/inference/types.js';
import { foldBatchNorm } from '../../../src/training/fold.js';
import { Rng } from '../../../src/training/rng.js';
import { TrainingLayers } from '../../../src/training/training-layers.js';
import { heardOf } from './heard-frames.js';

export const rng = new Rng(7);
const fractions = (count: number): number[] => Array.from({ length: count }, () => rng.next());

export function face(count: number): ModelInput['face'] {
  const crops = Uint8Array.from({ length: count * FACE_SIZE * FACE_SIZE }, () => rng.below(256));
  return { crops, count, quality: fractions(4), box: { x: 0, y: 0, width: 1, height: 1 } };
}
/** @param seconds of which something was heard, the newest */
export function voice(seconds = 0): NonNullable<ModelInput['voice']> {
  const logMel = Float32Array.from({ length: MEL_FRAMES * MEL_BANDS }, () => rng.between(-3, 3));
  const heard = seconds > 0 ? heardOf(seconds, () => rng.between(-2, 2)) : null;
  return { logMel, quality: fractions(3), heard };
}
export function heardAs(change: Partial<Heard>): ModelInput['voice'] {
  const whole = voice(3);
  return { ...whole, heard: { ...whole.heard!, ...change } };
}
export function words(count: number): ModelInput['words'] {
  const tokens = new Int32Array(WORD_TOKENS * WORD_ROW);
  for (let i = 0; i < count * WORD_ROW; i++) tokens[i] = 1 + rng.below(WORD_BUCKETS - 1);
  return { tokens, count, meta: [0, count / WORD_TOKENS, 1, 0], quality: fractions(2) };
}

export const MIXED: ModelInput[] = [
  { face: face(FACE_CROPS), voice: voice(2), words: words(9) },
  { face: null, voice: null, words: null },
  { face: face(1), voice: null, words: null },
  { face: null, voice: voice(), words: words(1) },
  { face: face(3), voice: null, words: words(WORD_TOKENS) },
  { face: null, voice: null, words: words(4) },
];

/**
 * Weights as they are before training, with batch statistics that are not those of the start: enough to compare engines.
 * @param inputs whether any of them was heard says which voice network is made
 */
export function someLayers(inputs = MIXED): TrainingLayers {
  const layers = new TrainingLayers(new Rng(3));
  layers.training = true;
  tf.tidy(() => void fusionNetwork(layers, toNetworkBatch(inputs)));
  layers.training = false;
  return layers;
}

export function expectClose(actual: EmotionScores[], expected: EmotionScores[], tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  const flat = (scores: EmotionScores[]): number[] =>
    scores.flatMap(({ probabilities, valence, arousal, confidence, weights, modalities }) => [
      ...(probabilities ?? [-1]),
      valence ?? -9,
      arousal ?? -9,
      confidence,
      ...MODALITIES.flatMap((modality) => [weights[modality], ...(modalities[modality] ?? [-1])]),
    ]);
  const [a, b] = [flat(actual), flat(expected)];
  expect(a.length).toBe(b.length);
  const worst = Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
  expect(worst).toBeLessThan(tolerance);
}

/** A model folder with the weights of such layers. */
export async function written(name: string, layers: TrainingLayers, more: Partial<Calibration> = {}): Promise<string> {
  const to = await mkdtemp(join(tmpdir(), `emostream-${name}-`));
  const uncertainBelow = { face: 0, voice: 1, words: 0, fused: 0.5 };
  const calibration = { fused: {}, face: 1, voice: 1, words: 1, uncertainBelow, ...more };
  const weights = foldBatchNorm(layers.snapshot());
  layers.dispose();
  const { manifest, data } = encodeModel({ name, version: '1', calibration }, weights, () => 'float32');
  await writeFile(join(to, 'model.json'), JSON.stringify(manifest));
  await writeFile(join(to, 'weights.bin'), data);
  return to;
}
