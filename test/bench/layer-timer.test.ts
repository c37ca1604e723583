import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { layerTimer, multiplyAdds } from '../../bench/engines/layer-timer.js';
import { shippedModelFolder } from '../../src/common/version.js';
import { useWasmBackend } from '../../src/common/tfjs-wasm.js';
import { fullWindow } from '../../src/inference/full-window.js';
import { loadModel } from '../../src/inference/model-format.js';

beforeAll(async () => {
  await useWasmBackend();
});

describe('multiply-adds', () => {
  it.each([
    ['a convolution: 3 × 3 × 2 for each of 5 × 5 × 4 values', [3, 3, 2, 4], [1, 5, 5, 4], 18 * 100],
    ['a depthwise convolution: 3 × 3 for each of 5 × 5 × 4 values', [3, 3, 4, 1], [1, 5, 5, 4], 9 * 100],
    ['a dense layer: 10 for each of 2 × 7 values', [10, 7], [2, 7], 140],
    ['a table look-up', [32_768, 64], [5, 64], 0],
  ])('%s', (_, kernel, shape, expected) => {
    const output = tf.zeros(shape);
    expect(multiplyAdds(kernel, output)).toBe(expected);
    output.dispose();
  });
});

it('every layer of the shipped model is timed, and what it computes grows with the batch', async () => {
  const timer = await layerTimer(shippedModelFolder());
  const { weights } = await loadModel(shippedModelFolder());
  const named = [...weights.keys()].filter((name) => /\/(kernel|table)$/.test(name));
  const one = timer([fullWindow(0)]);
  const two = timer([fullWindow(0), fullWindow(1)]);
  expect(Object.keys(one.layers).sort()).toEqual(named.map((name) => name.slice(0, name.lastIndexOf('/'))).sort());
  for (const [name, work] of Object.entries(one.work)) expect(two.work[name]).toBe(2 * work);
  for (const ms of Object.values(one.stages)) expect(ms).toBeGreaterThanOrEqual(0);
});
