import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { workerUrl } from '../../src/common/worker-url.js';
import { EngineThread } from '../../src/inference/engine-thread.js';
import type { EngineThreadOptions } from '../../src/inference/engine-thread-options.js';
import type { EngineName } from '../../src/inference/types.js';
import { CountMeter } from './support/count-meter.js';
import { CRASHES, HANGS, SLOW, THROWS } from './support/fake-engine.js';
import { windowFeatures } from './support/windows.js';

const entry = workerUrl(import.meta.url, './support/fake-engine-worker.js');
const open: EngineThread[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((engine) => engine.dispose()));
});

async function start(options: EngineThreadOptions = {}, name: EngineName = 'wasm') {
  const meter = new CountMeter();
  const restarts: string[] = [];
  const engine = await EngineThread.create(name, {
    entry,
    meter,
    onRestart: (why) => restarts.push(why),
    ...options,
  });
  open.push(engine);
  const restarted = () => meter.counted('emostream_worker_restarts_total', { worker: 'inference' });
  return { engine, meter, restarts, restarted };
}
const run = async (engine: EngineThread, ...marks: number[]) =>
  (await engine.run(marks.map((mark) => windowFeatures(mark, 0)))).map(({ scores }) => scores.confidence);

describe('EngineThread', () => {
  it('carries the calls of an engine into the thread and its answers back', async () => {
    const { engine } = await start();
    expect(await engine.load('some-model')).toEqual({ name: 'some-model', version: '0', hears: true });
    await engine.warmUp([1, 4]);
    expect(await run(engine, 0.1, 0.2)).toEqual([0.1, 0.2]);
    expect(await engine.memory()).toEqual({ tensors: 3, bytes: 'some-model'.length });
  });

  it('answers calls made at the same time each with its own', async () => {
    const { engine } = await start();
    const marks = Array.from({ length: 20 }, (_, i) => i / 100);
    expect(await Promise.all(marks.map((mark) => run(engine, mark)))).toEqual(marks.map((mark) => [mark]));
  });

  it('leaves the caller its arrays, so that a failed batch can be run again', async () => {
    const { engine } = await start();
    const window = windowFeatures(0.3, 0);
    await engine.run([window]);
    expect(window.voice!.logMel.length).toBeGreaterThan(0);
    expect(window.face!.crops[0]).toBe(100);
  });

  it('carries an engine’s errors with their codes', async () => {
    const { engine, restarted } = await start();
    await expect(engine.load('missing')).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    await expect(run(engine, 0.1, THROWS)).rejects.toMatchObject({ code: 'WINDOW_INVALID', message: 'Poison.' });
    expect(await run(engine, 0.1)).toEqual([0.1]);
    expect(restarted()).toBe(0);
  });

  it('fails the calls in flight when the thread dies, and goes on in a new one with the same model', async () => {
    const { engine, restarts, restarted } = await start();
    await engine.load('the-model');
    await engine.warmUp([2]);
    const crash = run(engine, CRASHES);
    const behind = run(engine, 0.5);
    await expect(crash).rejects.toMatchObject({ code: 'WORKER_DIED' });
    await expect(behind).rejects.toMatchObject({ code: 'WORKER_DIED' });
    expect(await run(engine, 0.6)).toEqual([0.6]);
    expect(await engine.memory()).toEqual({ tensors: 2, bytes: 'the-model'.length });
    expect(restarted()).toBe(1);
    expect(restarts).toHaveLength(1);
    expect(engine.healthy).toBe(true);
  });

  it('replaces a thread that does not answer', async () => {
    const { engine, restarts } = await start({ callTimeout: 200 });
    await expect(run(engine, HANGS)).rejects.toMatchObject({ code: 'WORKER_DIED' });
    expect(restarts[0]).toMatch(/did not answer/);
    expect(await run(engine, 0.2)).toEqual([0.2]);
  });

  it('takes a warm thread for dead much sooner than one that was never warmed up', async () => {
    const { engine, restarts } = await start({ callTimeout: 60_000, warmTimeout: 200 });
    await engine.warmUp([1]);
    await expect(run(engine, HANGS)).rejects.toMatchObject({ code: 'WORKER_DIED' });
    expect(restarts[0]).toMatch(/did not answer for \d{3} ms/);
    expect(await run(engine, 0.2)).toEqual([0.2]);
  });

  it('gives each call its own time, however many wait behind it', async () => {
    const { engine, restarts } = await start({ callTimeout: 60_000, warmTimeout: 400 });
    await engine.warmUp([1]);
    const marks = Array.from({ length: 8 }, () => SLOW);
    expect(await Promise.all(marks.map((mark) => run(engine, mark)))).toEqual(marks.map((mark) => [mark]));
    expect(restarts).toEqual([]);
  });

  it.each(['webgpu', 'onnx'] as const)(
    'leaves a %s thread that hangs to itself: its end could end the process',
    async (name) => {
      const terminate = vi.spyOn(Worker.prototype, 'terminate');
      const { engine, restarts } = await start({ callTimeout: 200, endTimeout: 200 }, name);
      await expect(run(engine, HANGS)).rejects.toMatchObject({ code: 'WORKER_DIED' });
      expect(restarts).toHaveLength(1);
      expect(await run(engine, 0.2)).toEqual([0.2]);
      // And one that answers is asked to end, after what it is doing.
      void run(engine, 0.3).catch(() => {});
      await engine.dispose();
      expect(terminate).not.toHaveBeenCalled();
      terminate.mockRestore();
    },
  );

  it('gives up on a thread that dies again and again', async () => {
    const { engine, restarted } = await start();
    for (let i = 0; i < 6; i++) await expect(run(engine, CRASHES)).rejects.toMatchObject({ code: 'WORKER_DIED' });
    await expect(run(engine, 0.1)).rejects.toThrow(/6 times in a minute/);
    expect(restarted()).toBe(5);
    expect(engine.healthy).toBe(false);
  });

  it('says when a thread cannot even start', async () => {
    const missing = new URL('./no-such-worker.js', import.meta.url);
    await expect(EngineThread.create('wasm', { entry: missing })).rejects.toMatchObject({ code: 'WORKER_DIED' });
  });

  it('ends the thread when disposed, failing what is in flight', async () => {
    const before = process.getActiveResourcesInfo().filter((r) => r === 'MessagePort').length;
    const { engine, restarted } = await start();
    const hanging = run(engine, HANGS);
    const failed = expect(hanging).rejects.toMatchObject({ code: 'CLOSED' });
    await engine.dispose();
    await failed;
    await engine.dispose();
    await expect(engine.memory()).rejects.toMatchObject({ code: 'CLOSED' });
    expect(restarted()).toBe(0);
    expect(process.getActiveResourcesInfo().filter((r) => r === 'MessagePort').length).toBe(before);
  });
});
