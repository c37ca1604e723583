import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../src/common/emotions.js';
import { FACE_SIZE } from '../../src/features/types.js';
import type { NamedWeights } from '../../src/inference/model-format.js';
import { faceEncoder } from '../../src/inference/network/face-encoder.js';
import { InferenceLayers } from '../../src/inference/network/inference-layers.js';
import { foldBatchNorm } from '../../src/training/fold.js';
import { Rng } from '../../src/training/rng.js';
import { mixWeights } from '../../src/training/mix-face.js';
import { goOnFrom, logFrequencies } from '../../src/training/train-face.js';
import { TrainingLayers } from '../../src/training/training-layers.js';

beforeAll(async () => void (await tf.setBackend('cpu')));

describe('a face network that is gone on with', () => {
  const rng = new Rng(11);
  const x = tf.tensor4d(
    Float32Array.from({ length: 2 * FACE_SIZE ** 2 }, () => rng.normal()),
    [2, FACE_SIZE, FACE_SIZE, 1],
  );

  /** What an older program trained: the network without its newest blocks. */
  function older(): Map<string, NamedWeights> {
    const layers = new TrainingLayers(rng.fork());
    layers.has = () => false;
    tf.tidy(() => void faceEncoder(layers, x));
    const weights = layers.snapshot();
    layers.dispose();
    for (const [name, { values }] of weights) {
      if (/\/(?:gamma|variance)$/u.test(name)) values.forEach((_, i) => (values[i] = rng.between(0.5, 2)));
    }
    return weights;
  }

  const answers = (weights: ReadonlyMap<string, NamedWeights>): Float32Array =>
    tf.tidy(() => {
      const folded = [...foldBatchNorm(weights)].map(([name, { shape, values }]) => {
        return [name, tf.tensor(values, shape)] as const;
      });
      return faceEncoder(new InferenceLayers(new Map(folded)), x).dataSync<'float32'>() as Float32Array;
    });

  it('begins as the older network, and has the blocks that it lacked', () => {
    const from = older();
    expect([...from.keys()].some((name) => /res[45]/u.test(name))).toBe(false);
    const layers = new TrainingLayers(rng.fork());
    goOnFrom(from, layers);
    const begun = layers.snapshot();
    for (const block of ['res4', 'res5']) expect(begun.has(`face/${block}/a/kernel`)).toBe(true);
    const [before, now] = [answers(from), answers(begun)];
    expect(Math.max(...before)).toBeGreaterThan(0.1);
    now.forEach((value, i) => expect(value).toBeCloseTo(before[i]!, 5));
    expect(layers.training).toBe(true);
    // And learns in them: the gain that begins at 0 has a gradient.
    const gain = layers.variables.get('face/res5/b/gamma')!;
    const { grads } = tf.variableGrads(() => tf.sum(tf.square(faceEncoder(layers, x))), [gain]);
    expect(Math.max(...tf.abs(grads[gain.name]!).dataSync())).toBeGreaterThan(0);
    layers.dispose();
  });
});

describe('a face between the older and the newer', () => {
  const network = (missing: RegExp): Map<string, NamedWeights> =>
    new Map(
      ['face/stem/kernel', 'face/res3/b/gamma', 'face/res4/a/gamma', 'face/res4/b/gamma', 'face/logits/bias']
        .filter((name) => !missing.test(name))
        .map((name) => [name, { shape: [2], values: Float32Array.of(name.length, 4) }]),
    );
  const [older, newer] = [network(/res4/u), network(/nothing/u)];
  for (const { values } of older.values()) values.set([0, 2]);

  it('has the mean of both by their shares, and what the older one lacks in so far as it does anything', () => {
    const mixed = mixWeights(older, newer, 0.75);
    expect(mixed.size).toBe(newer.size);
    const second = (name: string) => mixed.get(`face/${name}`)!.values[1];
    expect([second('stem/kernel'), second('res3/b/gamma'), second('logits/bias')]).toEqual([3.5, 3.5, 3.5]);
    // The older network's answer without the block is that with a block of gain 0.
    expect([second('res4/a/gamma'), second('res4/b/gamma')]).toEqual([4, 3]);
  });

  it('is of one network only', () => {
    expect(() => mixWeights(newer, older, 0.5)).toThrow('the newer one has no face/res4/a/gamma');
    const other = new Map(older).set('face/stem/kernel', { shape: [1], values: Float32Array.of(1) });
    expect(() => mixWeights(other, newer, 0.5)).toThrow('face/stem/kernel differs in shape');
  });
});

it('tells how frequent emotions are by their share of the votes, never minus infinity', () => {
  const [neutral, happy, sad] = [
    [1, 0, 0, 0, 0, 0, 0],
    [0, 1, 0, 0, 0, 0, 0],
    [0.5, 0.5, 0, 0, 0, 0, 0],
  ];
  const shares = logFrequencies(Float32Array.from([neutral, happy, sad, neutral].flat()));
  expect(shares).toHaveLength(EMOTIONS.length);
  expect(shares[0]).toBeCloseTo(Math.log(2.5 / 4), 6);
  expect(shares[1]).toBeCloseTo(Math.log(1.5 / 4), 6);
  expect(shares[2]).toBeCloseTo(Math.log(1 / 4), 6);
});
