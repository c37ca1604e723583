import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/common/clock.js';
import type { EngineFallback } from '../../src/common/engine-names.js';
import { EmostreamError } from '../../src/common/errors.js';
import { workerUrl } from '../../src/common/worker-url.js';
import { EngineKeeper, type EngineSwitch } from '../../src/inference/engine-keeper.js';
import { EngineThread } from '../../src/inference/engine-thread.js';
import { createEngine, type EngineChoice } from '../../src/inference/engines.js';
import { fullWindow } from '../../src/inference/full-window.js';
import type { EngineName } from '../../src/inference/types.js';
import { SHIPPED_MODEL } from './golden/golden-vectors.js';
import { CountMeter } from './support/count-meter.js';
import { FakeMachine } from './support/fake-running-engine.js';
import { CRASHES, THROWS } from './support/fake-engine.js';
import { windowFeatures } from './support/windows.js';

const GPU = { kind: 'gpu', name: 'A GPU' } as const;
const SOFTWARE = { kind: 'software-gpu', name: 'SwiftShader' } as const;

async function open(machine: FakeMachine, choice: EngineChoice = 'auto', fallback: EngineFallback = 'none') {
  const meter = new CountMeter();
  const news: EngineSwitch[] = [];
  /** What is to be done later, and after how long. */
  const planned: { ms: number; run: () => void }[] = [];
  let now = 0;
  const keeper = await EngineKeeper.open(choice, {
    ...{
      model: 'a-model',
      pace: { maxBatch: 2 },
      meter,
      list: machine.list,
      start: machine.start,
      clock: () => now,
      fallback,
    },
    later(ms, run) {
      const plan = { ms, run };
      planned.push(plan);
      return () => {
        if (planned.includes(plan)) planned.splice(planned.indexOf(plan), 1);
      };
    },
  });
  const told = new Promise<EngineSwitch>((resolve) => keeper.onSwitch(resolve));
  keeper.onSwitch((one) => news.push(one));
  const judge = async (mark = 0.5) => (await keeper.run([windowFeatures(mark, 0)]))[0]!.scores.confidence;
  const nextSwitch = () => new Promise<EngineSwitch>((resolve) => keeper.onSwitch(resolve));
  return {
    ...{ keeper, meter, news, planned, judge, told, nextSwitch },
    advance: (ms: number) => (now += ms),
    switches: (why: 'lost' | 'returned') => meter.counted('emostream_engine_switches_total', { why }),
    /** Does what is planned next. @returns after how long that was to be */
    proceed(): number {
      const plan = planned.shift()!;
      plan.run();
      return plan.ms;
    },
  };
}

const refusal = (message: string) => new EmostreamError('ENGINE_UNAVAILABLE', message);
const lostBy = (keeper: EngineKeeper) => keeper.passedOver.map(({ engine, why }) => `${engine} ${why}`);

describe('auto', () => {
  it.each<[EngineName[], EngineName, string[]]>([
    [['wasm'], 'wasm', ['tensorflow-gpu missing', 'onnx missing', 'webgpu missing', 'tensorflow missing']],
    [['wasm', 'tensorflow'], 'tensorflow', ['tensorflow-gpu missing', 'onnx missing', 'webgpu missing']],
    [['wasm', 'tensorflow', 'onnx'], 'onnx', ['tensorflow-gpu missing']],
    [['wasm', 'onnx', 'tensorflow-gpu'], 'tensorflow-gpu', []],
  ])('of %j takes %s, and says why not a better one', async (installed, best, passedOver) => {
    const machine = new FakeMachine(installed);
    const { keeper, judge } = await open(machine);
    expect(keeper.name).toBe(best);
    expect(lostBy(keeper)).toEqual(passedOver);
    for (const { reason } of keeper.passedOver) expect(reason).toMatch(/not installed.* Install /u);
    expect(machine.of(best).inner.loaded).toBe('a-model');
    expect(keeper.model.name).toBe('a-model');
    expect(await judge(0.7)).toBe(0.7);
  });

  it('passes over a GPU in software, and what does not start, and leaves nothing of them', async () => {
    const machine = new FakeMachine(['tensorflow-gpu', 'webgpu', 'tensorflow', 'wasm']);
    machine.refused.set('tensorflow-gpu', refusal('TensorFlow finds no GPU.'));
    machine.devices.set('webgpu', SOFTWARE);
    const { keeper } = await open(machine);
    expect(keeper.name).toBe('tensorflow');
    expect(keeper.passedOver).toEqual([
      { engine: 'tensorflow-gpu', why: 'failed', reason: 'TensorFlow finds no GPU.' },
      { engine: 'onnx', why: 'missing', reason: expect.any(String) as string },
      { engine: 'webgpu', why: 'software-gpu', reason: expect.stringContaining('SwiftShader') as string },
    ]);
    expect(machine.of('webgpu').disposed).toBe(true);
  });

  it('takes webgpu on a real GPU', async () => {
    const machine = new FakeMachine(['webgpu', 'tensorflow', 'wasm']);
    machine.devices.set('webgpu', GPU);
    const { keeper } = await open(machine);
    expect([keeper.name, keeper.device]).toEqual(['webgpu', GPU]);
    // Batches of sizes that were warmed up, and the largest the last of them.
    expect(keeper.pace.padTo.at(-1)).toBe(keeper.pace.maxBatch);
  });

  it('does not try another engine for a model that none takes', async () => {
    const machine = new FakeMachine(['onnx', 'wasm']);
    const start = machine.start;
    const broken = Object.assign(machine, {
      start: async (...args: Parameters<typeof start>) => {
        const engine = await start(...args);
        engine.load = () => Promise.reject(new EmostreamError('MODEL_INVALID', 'Not a model.'));
        return engine;
      },
    });
    await expect(open(broken)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    expect(machine.started.map(({ name, disposed }) => [name, disposed])).toEqual([['onnx', true]]);
  });
});

describe('an engine that was named', () => {
  it('is taken as it is, a GPU in software too, and nothing is said of others', async () => {
    const machine = new FakeMachine(['webgpu', 'wasm']);
    machine.devices.set('webgpu', SOFTWARE);
    const { keeper } = await open(machine, 'webgpu');
    expect([keeper.name, keeper.passedOver]).toEqual(['webgpu', []]);
  });

  it('is never replaced by another', async () => {
    const machine = new FakeMachine(['onnx', 'wasm']);
    const { keeper, judge, news, planned } = await open(machine, 'onnx');
    machine.of('onnx').die();
    for (let i = 0; i < 20; i++) await expect(judge()).rejects.toMatchObject({ code: 'WORKER_DIED' });
    expect([keeper.name, keeper.healthy, news.length, planned.length]).toEqual(['onnx', false, 0, 0]);
  });

  it('that cannot run is refused', async () => {
    const machine = new FakeMachine(['wasm']);
    machine.refused.set('onnx', refusal('It is not installed.'));
    await expect(open(machine, 'onnx')).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
  });
});

describe('inference servers', () => {
  it('are never replaced where nobody said by what, and never taken by auto', async () => {
    const machine = new FakeMachine(['onnx', 'wasm']);
    const { keeper, judge, planned } = await open(machine, 'triton');
    machine.of('triton').failure = refusal('No inference server can be asked.');
    for (let i = 0; i < 20; i++) await expect(judge()).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
    expect([keeper.name, keeper.passedOver, planned.length]).toEqual(['triton', [], 0]);
    machine.refused.set('triton', refusal('No inference server can be asked.'));
    await expect(open(machine, 'triton')).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
    expect((await open(machine)).keeper.name).toBe('onnx');
  });

  it('give their place to the engine that was named for it, told and counted, and take it again', async () => {
    const machine = new FakeMachine(['onnx', 'wasm']);
    const { keeper, judge, told, switches, proceed, nextSwitch } = await open(machine, 'triton', 'wasm');
    machine.of('triton').failure = refusal('No inference server can be asked.');
    for (let i = 0; i < 8; i++) await expect(judge()).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
    expect(await judge(0.4)).toBe(0.4);
    expect(await told).toMatchObject({ from: 'triton', to: 'wasm', why: 'lost' });
    expect([keeper.name, switches('lost'), lostBy(keeper)]).toEqual(['wasm', 1, ['triton lost']]);
    const back = nextSwitch();
    expect(proceed()).toBe(30_000);
    expect(await back).toMatchObject({ from: 'wasm', to: 'triton', why: 'returned' });
    expect([keeper.name, keeper.passedOver, switches('returned')]).toEqual(['triton', [], 1]);
  });

  it('that are started later are found: until then the best engine here, which is asked to', async () => {
    const machine = new FakeMachine(['tensorflow', 'wasm']);
    machine.refused.set('triton', refusal('No inference server can be asked.'));
    const { keeper, proceed, planned, nextSwitch } = await open(machine, 'triton', 'auto');
    expect([keeper.name, lostBy(keeper)]).toEqual([
      'tensorflow',
      ['triton failed', 'tensorflow-gpu missing', 'onnx missing', 'webgpu missing'],
    ]);
    proceed();
    while (planned.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(keeper.passedOver[0]).toMatchObject({ why: 'failed', reason: 'No inference server can be asked.' });
    machine.refused.clear();
    const back = nextSwitch();
    expect(proceed()).toBe(60_000);
    expect(await back).toMatchObject({ to: 'triton', why: 'returned' });
  });
});

describe('an engine that is lost', () => {
  it('gives its place to the next best: told, counted, and what comes meanwhile waits for that', async () => {
    const machine = new FakeMachine(['tensorflow-gpu', 'onnx', 'wasm']);
    machine.devices.set('tensorflow-gpu', GPU);
    const { keeper, judge, told, switches } = await open(machine);
    machine.of('tensorflow-gpu').die();
    await expect(judge()).rejects.toMatchObject({ code: 'WORKER_DIED' });
    expect(keeper.healthy).toBe(false);
    expect(await judge(0.3)).toBe(0.3);
    expect(await told).toEqual({ from: 'tensorflow-gpu', to: 'onnx', why: 'lost', reason: 'The GPU is gone.' });
    expect([keeper.name, keeper.healthy, switches('lost')]).toEqual(['onnx', true, 1]);
    expect(lostBy(keeper)).toEqual(['tensorflow-gpu lost']);
    expect(machine.of('tensorflow-gpu').disposed).toBe(true);
  });

  it('is one whose thread dies three times in a minute, and not one that dies now and then', async () => {
    const machine = new FakeMachine(['onnx', 'wasm']);
    const { keeper, judge, advance, news } = await open(machine);
    const engine = machine.of('onnx');
    const dies = async () => {
      engine.onDeath('it crashed');
      engine.failure = new EmostreamError('WORKER_DIED', 'The thread died.');
      await judge().catch(() => undefined);
      engine.failure = null;
    };
    for (let i = 0; i < 6; i++) {
      await dies();
      advance(31_000);
    }
    expect(keeper.name).toBe('onnx');
    for (let i = 0; i < 3; i++) await dies();
    await judge();
    expect(keeper.name).toBe('wasm');
    expect(news[0]!.reason).toMatch(/3 times in a minute.*it crashed/u);
  });

  it('is one that fails at everything, and not one that fails at some windows', async () => {
    const machine = new FakeMachine(['onnx', 'wasm']);
    const { keeper, judge } = await open(machine);
    for (let i = 0; i < 20; i++) await judge(THROWS).catch(() => undefined);
    expect(keeper.name).toBe('onnx');
    machine.of('onnx').failure = new EmostreamError('INTERNAL', 'CUDA error 700.');
    for (let i = 0; i < 8; i++) await judge().catch(() => undefined);
    await judge();
    expect(keeper.name).toBe('wasm');
  });

  it('leaves the one that all have in its place, and says when that is lost too', async () => {
    const machine = new FakeMachine(['wasm']);
    const { keeper, judge, news } = await open(machine);
    machine.of('wasm').die();
    for (let i = 0; i < 3; i++) await expect(judge()).rejects.toMatchObject({ code: 'WORKER_DIED' });
    expect([keeper.healthy, news]).toEqual([false, []]);
  });
});

it('a thread that crashes again and again gives its place to the real embedded engine', async () => {
  const entry = workerUrl(import.meta.url, './support/fake-engine-worker.js');
  const keeper = await EngineKeeper.open('auto', {
    ...{ model: SHIPPED_MODEL, pace: { maxBatch: 1 }, meter: new CountMeter(), clock: systemClock },
    list: new FakeMachine(['tensorflow', 'wasm']).list,
    start: (name, onRestart) =>
      name === 'tensorflow' ? EngineThread.create(name, { entry, onRestart }) : createEngine('wasm', { onRestart }),
  });
  try {
    expect(keeper.name).toBe('tensorflow');
    const switched = new Promise<EngineSwitch>((resolve) => keeper.onSwitch(resolve));
    for (let i = 0; i < 3; i++) await keeper.run([windowFeatures(CRASHES, 0)]).catch(() => undefined);
    const [judged] = await keeper.run([fullWindow(0)]);
    expect(await switched).toMatchObject({ from: 'tensorflow', to: 'wasm', why: 'lost' });
    // Not the fake one's answer.
    expect(judged!.scores.probabilities!.every((p) => p > 0 && p < 1)).toBe(true);
  } finally {
    await keeper.dispose();
  }
});

describe('its return', () => {
  async function lost() {
    const machine = new FakeMachine(['tensorflow-gpu', 'onnx', 'wasm']);
    machine.devices.set('tensorflow-gpu', GPU);
    const opened = await open(machine);
    machine.of('tensorflow-gpu').die();
    await opened.judge().catch(() => undefined);
    await opened.told;
    return { machine, ...opened };
  }

  it('comes when it starts again; the other does what it has in hand, and goes', async () => {
    const { machine, keeper, judge, nextSwitch, proceed, switches } = await lost();
    let open = () => {};
    machine.of('onnx').inner.gate = () => new Promise((resolve) => (open = resolve));
    const inHand = judge(0.2);
    await Promise.resolve();
    const back = nextSwitch();
    expect(proceed()).toBe(30_000);
    expect(await back).toMatchObject({ from: 'onnx', to: 'tensorflow-gpu', why: 'returned' });
    expect([keeper.name, switches('returned'), lostBy(keeper)]).toEqual(['tensorflow-gpu', 1, []]);
    expect(await judge(0.4)).toBe(0.4);
    expect(machine.of('onnx').disposed).toBe(false);
    open();
    expect(await inHand).toBe(0.2);
    await expect.poll(() => machine.of('onnx').disposed).toBe(true);
  });

  it('is tried after twice as long each time, ten minutes at most, and says why not', async () => {
    const { machine, keeper, planned, proceed, judge } = await lost();
    machine.refused.set('tensorflow-gpu', refusal('TensorFlow finds no GPU.'));
    const waits: number[] = [];
    for (let i = 0; i < 7; i++) {
      waits.push(proceed());
      await expect.poll(() => planned.length).toBe(1);
    }
    expect(waits.map((ms) => ms / 1000)).toEqual([30, 60, 120, 240, 480, 600, 600]);
    expect(keeper.passedOver[0]).toMatchObject({ engine: 'tensorflow-gpu', why: 'lost' });
    expect(keeper.passedOver[0]!.reason).toContain('TensorFlow finds no GPU.');
    expect([keeper.name, await judge(0.1)]).toEqual(['onnx', 0.1]);
  });

  it('that does not last makes the next wait longer, and one that lasted does not', async () => {
    const { machine, planned, proceed, judge, nextSwitch, advance } = await lost();
    const comesAndGoes = async () => {
      const back = nextSwitch();
      const waited = proceed();
      await back;
      const gone = nextSwitch();
      machine.of('tensorflow-gpu').die();
      await judge().catch(() => undefined);
      await gone;
      expect(planned).toHaveLength(1);
      return waited;
    };
    expect(await comesAndGoes()).toBe(30_000);
    expect(await comesAndGoes()).toBe(60_000);
    const back = nextSwitch();
    expect(proceed()).toBe(120_000);
    await back;
    advance(3_600_000);
    machine.of('tensorflow-gpu').die();
    const gone = nextSwitch();
    await judge().catch(() => undefined);
    await gone;
    expect(proceed()).toBe(30_000);
  });

  it('is not tried any more when all is over', async () => {
    const { machine, keeper, planned } = await lost();
    await keeper.dispose();
    expect(planned).toEqual([]);
    expect(machine.started.every(({ disposed }) => disposed)).toBe(true);
  });
});
