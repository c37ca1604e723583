import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, it } from 'vitest';
import { FINE_LABELS } from '../../src/training/data/text.js';
import { fineLoss } from '../../src/training/train-words.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** A row in which the given labels have that value. */
const row = (labels: readonly number[], value = 1) =>
  Array.from({ length: FINE_LABELS }, (_, i) => (labels.includes(i) ? value : 0));

it('the loss of the fine labels is their binary cross-entropy; texts without any cost nothing', () => {
  const loss = (logits: number[][], truths: number[][]) =>
    fineLoss(tf.tensor2d(logits), tf.tensor2d(truths)).dataSync()[0]!;
  // A logit of 0 is a probability of one half, for right and wrong alike.
  expect(loss([row([])], [row([3, 5])])).toBeCloseTo(FINE_LABELS * Math.log(2), 4);
  const p = 1 / (1 + Math.exp(-2));
  const [right, wrong] = [-Math.log(p), -Math.log(1 - p)];
  expect(loss([row([3], 2)], [row([3])])).toBeCloseTo(right + (FINE_LABELS - 1) * Math.log(2), 4);
  expect(loss([row([3], 2)], [row([4])])).toBeCloseTo(wrong + (FINE_LABELS - 1) * Math.log(2), 4);
  // The mean is over the batch, so that texts with these labels weigh the same in every batch.
  expect(loss([row([3], 2), row([7], 9)], [row([3]), row([])])).toBeCloseTo(
    (right + (FINE_LABELS - 1) * Math.log(2)) / 2,
    4,
  );
});
