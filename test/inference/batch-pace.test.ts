import { describe, expect, it } from 'vitest';
import { choosePace, warmUpToPace, type BatchTime } from '../../src/inference/batch-pace.js';
import { PROCESSOR, type EngineDevice } from '../../src/inference/types.js';

const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const times = (ms: (size: number) => number): BatchTime[] => SIZES.map((size) => ({ size, ms: ms(size) }));

describe('the pace of batches', () => {
  it.each([
    ['8 ms a window', times((n) => 8 * n), { maxBatch: 4, maxQueueDelay: 15 }],
    ['2 ms a window', times((n) => 2 * n), { maxBatch: 16, maxQueueDelay: 15 }],
    ['a GPU: 4 ms and a tenth a window', times((n) => 4 + n / 10), { maxBatch: 256, maxQueueDelay: 15 }],
    ['a GPU that is quicker still', times((n) => 2 + n / 64), { maxBatch: 256, maxQueueDelay: 3 }],
    ['100 ms a window', times((n) => 100 * n), { maxBatch: 4, maxQueueDelay: 15 }],
    ['nothing at all', times(() => 0), { maxBatch: 256, maxQueueDelay: 1 }],
  ])('by %s: two batches within 100 ms, and no longer a wait than half a batch', (_, measured, expected) => {
    expect(choosePace(measured, {}, false)).toEqual({ ...expected, padTo: [] });
  });

  it('is what the user has set, where something is set', () => {
    const measured = times((n) => 4 * n);
    expect(choosePace(measured, { maxBatch: 2 }, false)).toEqual({ maxBatch: 2, maxQueueDelay: 4, padTo: [] });
    expect(choosePace(measured, { maxQueueDelay: 0 }, false)).toEqual({ maxBatch: 8, maxQueueDelay: 0, padTo: [] });
    expect(choosePace(measured, { maxBatch: 3, maxQueueDelay: 9 }, true)).toEqual({
      ...{ maxBatch: 3, maxQueueDelay: 9, padTo: [1, 2, 3] },
    });
  });
});

describe('warming up', () => {
  function engine(msAWindow: number, device: EngineDevice) {
    let time = 0;
    const warmed: number[] = [];
    const run = (batch: readonly unknown[]) => {
      time += msAWindow * batch.length;
      return Promise.resolve([]);
    };
    const warmUp = (sizes: readonly number[]) => {
      warmed.push(...sizes);
      return Promise.resolve();
    };
    return { engine: { run, warmUp, device }, warmed, now: () => time };
  }

  it('ends with the size that takes too long, so that a slow engine starts soon', async () => {
    const slow = engine(7, PROCESSOR);
    expect(await warmUpToPace(slow.engine, {}, slow.now)).toEqual({ maxBatch: 4, maxQueueDelay: 14, padTo: [] });
    expect(slow.warmed).toEqual([1, 2, 4, 8]);
  });

  it('warms what a GPU’s batches are padded to', async () => {
    const gpu = engine(0.5, { kind: 'gpu', name: 'GPU' });
    const { maxBatch, padTo } = await warmUpToPace(gpu.engine, {}, gpu.now);
    expect(maxBatch).toBe(64);
    expect(padTo).toEqual([1, 2, 4, 8, 16, 32, 64]);
    for (const size of padTo) expect(gpu.warmed).toContain(size);
  });

  it('goes as far as the user has set, however long that takes', async () => {
    const slow = engine(100, PROCESSOR);
    expect((await warmUpToPace(slow.engine, { maxBatch: 6 }, slow.now)).maxBatch).toBe(6);
    expect(slow.warmed).toEqual([1, 2, 4, 6]);
  });
});
