import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { shippedModelFolder } from '../../src/common/version.js';
import { FACE_SIZE } from '../../src/features/types.js';
import { normaliseFaces } from '../../src/features/face-normalise.js';
import type { NamedWeights } from '../../src/inference/model-format.js';
import { faceEncoder } from '../../src/inference/network/face-encoder.js';
import { InferenceLayers } from '../../src/inference/network/inference-layers.js';
import { foldBatchNorm } from '../../src/training/fold.js';
import { exportModel } from '../../src/training/export-model.js';
import { importModel, unfoldBatchNorm } from '../../src/training/import-model.js';
import { Rng } from '../../src/training/rng.js';
import { TrainingLayers } from '../../src/training/training-layers.js';

const COUNT = 4;
const rng = new Rng(7);
const images = Uint8Array.from({ length: COUNT * FACE_SIZE ** 2 }, () => rng.below(256));
const x = (): tf.Tensor4D => tf.tensor4d(normaliseFaces(images, COUNT), [COUNT, FACE_SIZE, FACE_SIZE, 1]);

/** A face encoder with statistics that are not the trivial ones, as `model export` folds it. */
function foldedEncoder(): Map<string, NamedWeights> {
  const layers = new TrainingLayers(rng.fork());
  tf.tidy(() => void faceEncoder(layers, x()));
  const weights = layers.snapshot();
  layers.dispose();
  for (const [name, { values }] of weights) {
    if (/\/(?:gamma|variance)$/u.test(name)) values.forEach((_, i) => (values[i] = rng.between(0.5, 2)));
    if (/\/(?:beta|mean)$/u.test(name)) values.forEach((_, i) => (values[i] = rng.between(-0.5, 0.5)));
  }
  return foldBatchNorm(weights);
}

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a, (value, i) => Math.abs(value - b[i]!)).reduce((most, value) => Math.max(most, value), 0);

describe('taking a model apart', () => {
  beforeAll(async () => void (await tf.setBackend('cpu')));

  it('gives batch normalisation that folds to the same weights', () => {
    const folded = foldedEncoder();
    const again = foldBatchNorm(unfoldBatchNorm(folded, images));
    expect([...again.keys()].sort()).toEqual([...folded.keys()].sort());
    for (const [name, { shape, values }] of folded) {
      const other = again.get(name)!;
      expect(other.shape).toEqual(shape);
      expect(largestDifference(other.values, values), name).toBeLessThan(1e-4);
    }
  });

  it('and all of it kept folded gives the same file again, bit for bit, without any data', async () => {
    const [model, folder] = [shippedModelFolder(), await mkdtemp(join(tmpdir(), 'emostream-import-'))];
    try {
      const log = (): void => undefined;
      await importModel({ model, prepared: join(folder, 'none'), weights: folder, folded: true, log });
      const { version, weightsType } = JSON.parse(await readFile(join(model, 'training.json'), 'utf8')) as {
        version: string;
        weightsType: 'int8';
      };
      await exportModel({ weights: folder, out: join(folder, 'out'), version, weightsType, log });
      for (const name of ['weights.bin', 'model.json', 'training.json']) {
        expect((await readFile(join(folder, 'out', name))).equals(await readFile(join(model, name))), name).toBe(true);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('computes with the statistics of a batch what the folded network computes', () => {
    const folded = foldedEncoder();
    const tensors = new Map([...folded].map(([name, { shape, values }]) => [name, tf.tensor(values, shape)]));
    const expected = tf.tidy(() => faceEncoder(new InferenceLayers(tensors), x()).dataSync());
    const layers = new TrainingLayers(rng.fork());
    layers.restore(unfoldBatchNorm(folded, images));
    // Dropout alone would differ: the pictures are those that were measured.
    layers.dropout = (value) => value;
    const got = tf.tidy(() => faceEncoder(layers, x()).dataSync());
    const scale = Math.max(...Array.from(expected, Math.abs));
    expect(scale).toBeGreaterThan(0);
    expect(largestDifference(got, expected) / scale).toBeLessThan(1e-3);
  });
});
