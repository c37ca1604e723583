import { expect, it, onTestFinished, vi } from 'vitest';
import type { WindowFeatures } from '../../src/features/types.js';
import { BATCH, FixedBatches } from '../../src/files/fixed-batches.js';
import { fullWindow } from '../../src/inference/full-window.js';
import type { Judgement } from '../../src/inference/types.js';

it('its seconds are those in which the engine had something to do, whatever waited for it meanwhile', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const answers: ((judgements: Judgement[]) => void)[] = [];
  const runner = new FixedBatches({ run: () => new Promise((resolve) => answers.push(resolve)) });
  const answer = async (): Promise<void> => {
    answers.shift()!(Array.from({ length: BATCH }, () => ({}) as Judgement));
    // What waits for the answer has learned of it.
    await new Promise((resolve) => setImmediate(resolve));
  };
  const features = fullWindow(1) as WindowFeatures;
  const fill = (): void => {
    for (let i = 0; i < BATCH; i++) void runner.submit({ features });
  };
  fill();
  vi.advanceTimersByTime(1000);
  fill();
  vi.advanceTimersByTime(1000);
  await answer();
  vi.advanceTimersByTime(500);
  await answer();
  expect(runner.seconds).toBe(2.5);
  // Nothing to do.
  vi.advanceTimersByTime(60_000);
  fill();
  vi.advanceTimersByTime(250);
  await answer();
  expect(runner.seconds).toBe(2.75);
});

it('tells windows of one batch one after the other, however long it takes to make something of each', async () => {
  const judgements = Array.from({ length: BATCH }, () => ({}) as Judgement);
  const runner = new FixedBatches({ run: () => Promise.resolve(judgements) });
  const told: number[] = [];
  const all = [0, 1, 2].map(async (second) => {
    await runner.submit({ features: fullWindow(1) as WindowFeatures });
    // As for a window whose faces are judged by themselves; the last one has none.
    for (let step = second; step < 2; step++) await Promise.resolve().then(() => undefined);
    told.push(second);
  });
  await runner.settle(true);
  await Promise.all(all);
  expect(told).toEqual([0, 1, 2]);
});
