import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { headLoss } from '../../src/training/loss.js';
import { balance } from '../../src/training/voice-examples.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('the loss of a head', () => {
  const logits = tf.tensor2d([
    [2, 0],
    [0, 0],
  ]);
  const affect = tf.tensor2d([
    [0.5, 0],
    [0, 0],
  ]);
  const targets = tf.tensor2d([
    [1, 0],
    [0, 1],
  ]);
  const affectTargets = tf.tensor2d([
    [0, 0],
    [0, 1],
  ]);
  // Cross-entropy and half the mean squared error of valence and arousal, of either row.
  const rows = [Math.log(1 + Math.exp(-2)) + 0.5 * (0.25 / 2), Math.log(2) + 0.5 * (1 / 2)];

  it('is the mean over examples', () => {
    expect(headLoss({ logits, affect }, targets, affectTargets).dataSync()[0]).toBeCloseTo(
      (rows[0]! + rows[1]!) / 2,
      5,
    );
  });

  it('counts each example by its weight', () => {
    const loss = headLoss({ logits, affect }, targets, affectTargets, tf.tensor1d([0.5, 1.5]));
    expect(loss.dataSync()[0]).toBeCloseTo((0.5 * rows[0]! + 1.5 * rows[1]!) / 2, 5);
  });
});

it('balanced, every label counts alike and the mean weight is 1', () => {
  expect(balance([1, 1, 1, 4])).toEqual([2 / 3, 2 / 3, 2 / 3, 2]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1 }), (labels) => {
      const weights = balance(labels);
      const sums = new Map<number, number>();
      labels.forEach((label, i) => sums.set(label, (sums.get(label) ?? 0) + weights[i]!));
      for (const sum of sums.values()) expect(sum).toBeCloseTo(labels.length / sums.size, 6);
    }),
  );
});
