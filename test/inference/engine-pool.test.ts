import { availableParallelism } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/common/clock.js';
import { workerUrl } from '../../src/common/worker-url.js';
import { BatchRunner } from '../../src/inference/batch-runner.js';
import { EnginePool } from '../../src/inference/engine-pool.js';
import { EngineThread } from '../../src/inference/engine-thread.js';
import type { EngineThreadOptions } from '../../src/inference/engine-thread-options.js';
import { createEngine } from '../../src/inference/engines.js';
import { CountMeter } from './support/count-meter.js';
import { CRASHES, HANGS, SLOW } from './support/fake-engine.js';
import { windowFeatures } from './support/windows.js';

const entry = workerUrl(import.meta.url, './support/fake-engine-worker.js');
const open: EnginePool[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((pool) => pool.dispose()));
});

async function start(count: number, options: EngineThreadOptions = {}): Promise<EnginePool> {
  const pool = await EnginePool.create(count, () => EngineThread.create('wasm', { entry, ...options }));
  open.push(pool);
  return pool;
}
const run = async (pool: EnginePool, mark: number) =>
  (await pool.run([windowFeatures(mark, 0)])).map(({ scores }) => scores.confidence);

describe('EnginePool', () => {
  it('loads and warms all threads, and gives calls to whichever is free', async () => {
    const pool = await start(2);
    expect(await pool.load('some-model')).toEqual({ name: 'some-model', version: '0', hears: true });
    await pool.warmUp([1]);
    expect(pool.lanes).toBe(2);
    await Promise.all([run(pool, 0.1), run(pool, 0.2)]);
    // The fake's tensors are the batches that it ran: each thread one to warm up and one of the two.
    expect(await pool.memory()).toEqual({ tensors: 4, bytes: 2 * 'some-model'.length });
    const slow = run(pool, SLOW);
    expect(await Promise.all([0.3, 0.4].map((mark) => run(pool, mark)))).toEqual([[0.3], [0.4]]);
    expect(await slow).toEqual([SLOW]);
  });

  it('goes on with the others while one hangs and is replaced', async () => {
    const restarts: string[] = [];
    const pool = await start(2, { warmTimeout: 300, onRestart: (why) => restarts.push(why) });
    await pool.warmUp([1]);
    const hung = run(pool, HANGS).catch((error: unknown) => error);
    for (const mark of [0.1, 0.2, 0.3]) expect(await run(pool, mark)).toEqual([mark]);
    expect(await hung).toMatchObject({ code: 'WORKER_DIED' });
    expect(restarts).toHaveLength(1);
    expect(pool.healthy).toBe(true);
    for (const mark of [0.4, 0.5]) expect(await run(pool, mark)).toEqual([mark]);
    await expect.poll(() => pool.lanes).toBe(2);
  });

  it('tells each person’s outcomes in order, whichever thread judged them', async () => {
    const pool = await start(2);
    const meter = new CountMeter();
    const options = {
      maxBatch: 1,
      maxQueueDelay: 0,
      inferenceDeadline: 30_000,
      inferenceQueue: 10,
      wordsRevisionHorizon: 0,
    };
    const runner = new BatchRunner(pool, options, { meter });
    const told: number[] = [];
    const marks = [SLOW, 0.1, CRASHES, 0.2];
    await Promise.all(
      marks.map(async (mark) => {
        const features = windowFeatures(mark, systemClock());
        const outcome = await runner.submit({ room: 'r', participant: 'p', features });
        told.push('scores' in outcome ? outcome.scores.confidence : -1);
      }),
    );
    expect(told).toEqual([SLOW, 0.1, -1, 0.2]);
    await runner.close();
  });

  it('leaves no thread behind when one cannot start', async () => {
    const first = await EngineThread.create('wasm', { entry });
    let asked = 0;
    const start = () => (asked++ === 0 ? Promise.resolve(first) : Promise.reject(new Error('no more threads')));
    await expect(EnginePool.create(2, start)).rejects.toThrow('no more threads');
    await expect(run(new EnginePool([first]), 0.1)).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

it('wasm has as many threads as there are cores, at most two, unless told', async () => {
  const lanes = async (threads: number) => {
    const engine = await createEngine('wasm', { threads });
    const count = engine.lanes;
    await engine.dispose();
    return count;
  };
  expect(await lanes(0)).toBe(Math.min(2, availableParallelism()));
  expect(await lanes(3)).toBe(3);
});
