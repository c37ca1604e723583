import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/common/clock.js';
import { FACE_SIZE, HEARD_STEPS, HEARD_WIDTH, type WindowFeatures } from '../../src/features/types.js';
import { BatchRunner } from '../../src/inference/batch-runner.js';
import type { BatchRunnerOptions } from '../../src/inference/runner-options.js';
import { CROPS_KEPT } from '../../src/inference/kept-encodings.js';
import { EMBEDDING } from '../../src/inference/network/sizes.js';
import type { EngineInput } from '../../src/inference/types.js';
import { CountMeter } from './support/count-meter.js';
import { FakeEngine } from './support/fake-engine.js';
import { windowFeatures } from './support/windows.js';

const OPTIONS: BatchRunnerOptions = {
  maxBatch: 4,
  maxQueueDelay: 0,
  inferenceDeadline: 1000,
  inferenceQueue: 100,
  wordsRevisionHorizon: 10_000,
};

function setUp(options: Partial<BatchRunnerOptions> = {}) {
  const engine = new FakeEngine();
  const meter = new CountMeter();
  let now = 1_000_000;
  const runner = new BatchRunner(engine, { ...OPTIONS, ...options }, { meter, clock: () => now });
  const pixels = (grey: number) => new Uint8Array(FACE_SIZE * FACE_SIZE).fill(grey);
  return {
    engine,
    runner,
    advance: (ms: number) => (now += ms),
    crop: (id: number, participant = 'p') => runner.crop({ room: 'r', participant, id, pixels: pixels(id) }),
    submit: (change: (features: WindowFeatures) => void = () => {}, participant = 'p') => {
      const features = windowFeatures(0.5, now);
      change(features);
      return runner.submit({ room: 'r', participant, features });
    },
    dropped: (reason: string) => meter.counted('emostream_dropped_total', { stage: 'inference', reason }),
    encoded: (modality: string, when: string) => meter.counted('emostream_encodings_total', { modality, when }),
  };
}

const naming =
  (...cropIds: number[]) =>
  ({ face }: WindowFeatures) =>
    Object.assign(face!, { crops: new Uint8Array(0), cropIds, count: cropIds.length });
const revised = (features: WindowFeatures) => Object.assign(features, { revision: 1, closedBy: 'revision' });
const saying = (token: number) => (features: WindowFeatures) => features.words!.tokens.fill(token);
const all =
  (...changes: ((features: WindowFeatures) => unknown)[]) =>
  (features: WindowFeatures) =>
    changes.forEach((change) => change(features));

/** How each modality came to the engine: the first values of its encodings, or as measured. */
const readings = ({ face, voice, words }: EngineInput) =>
  [face, voice, words].map(
    (of) => of && ('encoded' in of ? [...of.encoded].filter((_, i) => i % EMBEDDING === 0) : 'measured'),
  );

describe('face crops that come before their window', () => {
  it('are encoded in batches with other people’s, and the window finds them done', async () => {
    const { engine, runner, crop, submit, encoded } = setUp({ maxBatch: 2 });
    crop(1, 'a');
    crop(2, 'b');
    // A full batch goes at once.
    expect(engine.crops).toEqual([[1, 2]]);
    await submit(naming(1), 'a');
    expect(engine.crops).toHaveLength(1);
    expect(readings(engine.inputs[0]!)[0]).toEqual([1]);
    expect([encoded('face', 'early'), encoded('face', 'window')]).toEqual([2, 0]);
    await runner.close();
  });

  it('are encoded when the oldest has waited a little, though there are few', async () => {
    const { engine, runner } = setUp();
    const clocked = new BatchRunner(engine, OPTIONS);
    clocked.crop({ room: 'r', participant: 'p', id: 5, pixels: new Uint8Array(FACE_SIZE * FACE_SIZE).fill(5) });
    await expect.poll(() => engine.crops).toEqual([[5]]);
    await Promise.all([runner.close(), clocked.close()]);
  });

  it('still waiting when their window closes are encoded before it, all in one batch', async () => {
    const { engine, runner, crop, submit, encoded } = setUp();
    crop(1, 'a');
    crop(2, 'a');
    crop(3, 'b');
    const windows = [submit(naming(1, 2), 'a'), submit(naming(3), 'b'), submit(undefined, 'c'), submit(undefined, 'd')];
    await Promise.all(windows);
    // The first window did not wait for others; the rest came while it was judged.
    expect(engine.crops.flat().sort()).toEqual([1, 2, 3]);
    expect(engine.inputs.map((input) => readings(input)[0])).toEqual([[1, 2], [3], 'measured', 'measured']);
    expect([encoded('face', 'early'), encoded('face', 'window')]).toEqual([0, 3 + 8]);
    await runner.close();
  });

  it('that another batch has in hand are waited for, not encoded twice', async () => {
    const { engine, runner, crop, submit } = setUp({ maxBatch: 2 });
    engine.lanes = 2;
    let open: () => void = () => {};
    engine.gate = () => new Promise((resolve) => (open = resolve));
    crop(1, 'a');
    crop(2, 'b');
    const judged = submit(naming(1), 'a');
    const opened = open;
    engine.gate = () => Promise.resolve();
    opened();
    await judged;
    expect(engine.crops).toEqual([[1, 2]]);
    await runner.close();
  });

  it('are bounded for each person: the oldest goes, is counted, and is missing in the window that names it', async () => {
    const { engine, runner, crop, submit, dropped } = setUp({ maxBatch: 64 });
    for (let id = 1; id <= CROPS_KEPT + 2; id++) crop(id);
    expect(dropped('crop-overflow')).toBe(2);
    await submit(naming(2, 3));
    expect(dropped('crop-gone')).toBe(1);
    expect(readings(engine.inputs[0]!)[0]).toEqual([3]);
    await runner.close();
  });

  it('are bounded for all people together', async () => {
    const { runner, crop, submit, dropped } = setUp({ inferenceQueue: 2, maxBatch: 64 });
    for (const who of ['a', 'b', 'c', 'd', 'e']) crop(1, who);
    expect(dropped('crop-overflow')).toBe(1);
    const outcome = await submit(naming(1), 'a');
    expect(outcome).toHaveProperty('scores');
    expect(dropped('crop-gone')).toBe(1);
    await runner.close();
  });

  it('are tried again with their window when the engine failed on them', async () => {
    const { engine, runner, crop, submit } = setUp({ maxBatch: 1 });
    const encode = engine.encodeFaces.bind(engine);
    engine.encodeFaces = () => {
      engine.encodeFaces = encode;
      return Promise.reject(new Error('no'));
    };
    crop(7);
    await submit(naming(7));
    expect(readings(engine.inputs[0]!)[0]).toEqual([7]);
    await runner.close();
  });
});

describe('what was encoded', () => {
  it('serves revisions of its window: they cost words and fusion', async () => {
    const { engine, runner, crop, submit, encoded } = setUp();
    crop(1);
    await submit(naming(1));
    await submit(all(naming(1), saying(9), revised));
    expect(engine.crops).toEqual([[1]]);
    expect(engine.inputs.map(readings)).toEqual([
      [[1], 'measured', 'measured'],
      [[1], [-1], 'measured'],
    ]);
    expect([encoded('face', 'kept'), encoded('voice', 'kept'), encoded('words', 'window')]).toEqual([1, 1, 2]);
    await runner.close();
  });

  it('serves them with what encoders heard in it, which is not needed again', async () => {
    const { engine, runner, submit } = setUp();
    const heard = { frames: new Float32Array(HEARD_STEPS * HEARD_WIDTH), present: new Uint8Array(HEARD_STEPS).fill(1) };
    await submit(({ voice }) => Object.assign(voice!, { heard }));
    await submit(all(saying(9), revised));
    await submit(all(saying(8), revised), 'another');
    const voices = engine.inputs.slice(1).map(({ voice }) => voice);
    expect(voices[0]).toMatchObject({ heard: true });
    expect(voices[1]).toMatchObject({ heard: null });
    await runner.close();
  });

  it('serves them where faces came as pixels, too', async () => {
    const { engine, runner, submit } = setUp();
    await submit();
    await submit(all(saying(9), revised));
    expect(readings(engine.inputs[1]!)).toEqual([[100, 100, 100, 100], [-1], 'measured']);
    await runner.close();
  });

  it('is not taken for another window’s or another person’s', async () => {
    const { engine, runner, submit, advance } = setUp();
    await submit();
    await submit(all(saying(9), revised), 'another');
    advance(1000);
    await submit(all(saying(8), revised));
    expect(engine.inputs.map(readings)).toEqual(Array(3).fill(['measured', 'measured', 'measured']));
    await runner.close();
  });

  it('of words serves the next window of the person with the very same words', async () => {
    const { engine, runner, submit, advance } = setUp();
    await submit();
    advance(1000);
    await submit();
    await submit(saying(9));
    await submit(({ words }) => (words!.meta[1] = 0.5));
    await submit(undefined, 'another');
    expect(engine.inputs.map((input) => readings(input)[2])).toEqual([
      'measured',
      [1],
      ...Array<string>(3).fill('measured'),
    ]);
    await runner.close();
  });

  it('is forgotten when consent ends, also what the engine has in hand at that moment', async () => {
    const { engine, runner, crop, submit, dropped } = setUp({ maxBatch: 1 });
    crop(1);
    await submit(naming(1));
    let open: () => void = () => {};
    engine.gate = () => new Promise((resolve) => (open = resolve));
    crop(2);
    runner.cancel('r', 'p');
    expect(runner.remembered).toBe(0);
    engine.gate = () => Promise.resolve();
    open();
    await submit(all(naming(1, 2), revised));
    expect(readings(engine.inputs[1]!)).toEqual([null, 'measured', 'measured']);
    expect(dropped('crop-gone')).toBe(2);
    await runner.close();
  });

  it('is forgotten with the horizon of revisions', async () => {
    const { engine, runner, crop, submit, advance } = setUp({ maxBatch: 1 });
    crop(1);
    await submit();
    await submit(undefined, 'silent');
    advance(12_001);
    await submit(all(naming(1), saying(9), revised, (features) => (features.startMs -= 12_001)));
    expect(readings(engine.inputs[2]!)).toEqual([null, 'measured', 'measured']);
    expect(runner.remembered).toBe(1);
    await runner.close();
  });
});

describe('an engine that hangs', () => {
  it('keeps nobody waiting past the deadline: neither what it has nor what waits behind', async () => {
    const engine = new FakeEngine();
    engine.gate = () => new Promise(() => {});
    const meter = new CountMeter();
    const runner = new BatchRunner(engine, { ...OPTIONS, maxBatch: 1, inferenceDeadline: 60 }, { meter });
    const submit = (participant: string) =>
      runner.submit({
        room: 'r',
        participant,
        features: windowFeatures(0.5, systemClock()),
      });
    const gone = { dropped: 'engine-failed', reason: 'no-answer' };
    expect(await submit('in it')).toEqual(gone);
    expect(await submit('behind')).toEqual(gone);
    expect(meter.counted('emostream_dropped_total', { stage: 'inference', reason: 'no-answer' })).toBe(2);
    await runner.close(1);
  });

  it('does not settle a window twice when it answers after all, and serves the next', async () => {
    const { engine, runner, submit, advance, dropped } = setUp({ maxBatch: 1, maxQueueDelay: 0 });
    let open: () => void = () => {};
    engine.gate = () => new Promise((resolve) => (open = resolve));
    const late = submit(undefined, 'a');
    advance(1001);
    const next = submit(undefined, 'b');
    expect(await late).toEqual({ dropped: 'engine-failed', reason: 'no-answer' });
    engine.gate = () => Promise.resolve();
    open();
    expect(await next).toHaveProperty('scores');
    expect(dropped('no-answer')).toBe(1);
    await runner.close();
  });
});

it('an engine of two lanes gets two batches at a time, windows before crops', async () => {
  const { engine, runner, crop, submit } = setUp({ maxBatch: 1 });
  engine.lanes = 2;
  const waiting: (() => void)[] = [];
  engine.gate = () => new Promise((resolve) => waiting.push(resolve));
  const windows = [submit(undefined, 'a'), submit(undefined, 'b')];
  crop(1, 'c');
  windows.push(submit(undefined, 'd'));
  await expect.poll(() => waiting.length).toBe(2);
  expect(engine.batches).toHaveLength(2);
  waiting.shift()!();
  await expect.poll(() => engine.batches.length).toBe(3);
  expect(engine.crops).toEqual([]);
  waiting.shift()!();
  await expect.poll(() => engine.crops).toEqual([[1]]);
  for (const open of waiting.splice(0)) open();
  await Promise.all(windows);
  await runner.close();
});
