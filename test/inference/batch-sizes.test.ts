import { expect, it } from 'vitest';
import { batchSizes } from '../../src/inference/batch-sizes.js';

it.each([
  [1, [1]],
  [8, [1, 2, 4, 8]],
  [12, [1, 2, 4, 8, 12]],
])('sizes up to a largest batch of %d end with it, so that none is unknown to the engine', (maxBatch, sizes) => {
  expect(batchSizes(maxBatch)).toEqual(sizes);
});
