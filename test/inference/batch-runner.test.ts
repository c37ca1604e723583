import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/common/clock.js';
import { BatchRunner } from '../../src/inference/batch-runner.js';
import type { BatchRunnerOptions } from '../../src/inference/runner-options.js';
import type { Outcome } from '../../src/inference/outcome.js';
import { FACE_SIZE } from '../../src/features/types.js';
import { EMBEDDING } from '../../src/inference/network/sizes.js';
import type { EngineInput } from '../../src/inference/types.js';
import { CountMeter } from './support/count-meter.js';
import { FakeEngine, THROWS } from './support/fake-engine.js';
import { windowFeatures } from './support/windows.js';

const OPTIONS: BatchRunnerOptions = {
  maxBatch: 4,
  maxQueueDelay: 5,
  inferenceDeadline: 1000,
  inferenceQueue: 100,
  wordsRevisionHorizon: 10_000,
};

function setUp(options: Partial<BatchRunnerOptions> = {}) {
  const engine = new FakeEngine();
  const meter = new CountMeter();
  let now = 1_000_000;
  const runner = new BatchRunner(engine, { ...OPTIONS, ...options }, { meter, clock: () => now });
  return {
    engine,
    meter,
    runner,
    advance: (ms: number) => (now += ms),
    submit: (mark: number, participant = 'p', room = 'r') =>
      runner.submit({ room, participant, features: windowFeatures(mark, now) }),
    dropped: (reason: string) => meter.counted('emostream_dropped_total', { stage: 'inference', reason }),
  };
}

/** Holds the engine until told; each run waits for the next `open`. */
function gate(engine: FakeEngine) {
  const waiting: (() => void)[] = [];
  let entered: () => void = () => {};
  engine.gate = () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      entered();
    });
  return {
    open: () => waiting.shift()!(),
    /** Resolves when a run waits at the gate. */
    entered: () => (waiting.length > 0 ? Promise.resolve() : new Promise<void>((resolve) => (entered = resolve))),
  };
}

/** What the fake engine's encodings say of the crops of a face. */
const crops = ({ face }: EngineInput) =>
  face && ('encoded' in face ? [...face.encoded].filter((_, i) => i % EMBEDDING === 0) : 'pixels');

const confidence = (outcome: Outcome) => ('scores' in outcome ? outcome.scores.confidence : outcome.dropped);

describe('BatchRunner', () => {
  it('runs a full batch at once and gives each window its own scores', async () => {
    const { engine, submit, meter, runner } = setUp({ maxQueueDelay: 1_000_000 });
    const outcomes = await Promise.all([0.1, 0.2, 0.3, 0.4].map((mark, i) => submit(mark, `p${i}`)));
    expect(outcomes.map(confidence)).toEqual([0.1, 0.2, 0.3, 0.4]);
    expect(engine.batches).toEqual([[0.1, 0.2, 0.3, 0.4]]);
    expect(meter.observed.find((o) => o.name === 'emostream_batch_size')?.value).toBe(4);
    expect(meter.gauge('emostream_queue_depth', { queue: 'inference' })).toBe(0);
    await runner.close();
  });

  it('closes in time while the engine hangs, whose disposal then fails the batch', async () => {
    const { engine, runner, submit } = setUp({ maxBatch: 1 });
    const { entered } = gate(engine);
    void submit(0.1);
    await entered();
    await runner.close(20);
    // It would wait for ever without that patience.
    const patient = Promise.race([runner.close().then(() => 'closed'), Promise.resolve('waits')]);
    expect(await patient).toBe('waits');
  });

  it('runs a batch that does not fill after the delay', async () => {
    const { engine, runner } = setUp();
    const clocked = new BatchRunner(engine, OPTIONS);
    const now = systemClock();
    const outcome = await clocked.submit({ room: 'r', participant: 'p', features: windowFeatures(0.5, now) });
    expect(confidence(outcome)).toBe(0.5);
    expect((outcome as { queueMs: number }).queueMs).toBeGreaterThanOrEqual(OPTIONS.maxQueueDelay);
    await Promise.all([runner.close(), clocked.close()]);
  });

  it('fills the next batch while one runs, and measures waiting and running apart', async () => {
    const { engine, submit, advance, runner, meter } = setUp({ maxBatch: 2 });
    const g = gate(engine);
    const first = [submit(0.1), submit(0.2)];
    await g.entered();
    const second = [submit(0.3), submit(0.4)];
    expect(engine.batches).toHaveLength(1); // one in flight
    advance(30);
    g.open();
    await g.entered();
    advance(20);
    g.open();
    const outcomes = await Promise.all([...first, ...second]);
    expect(outcomes).toMatchObject([
      { queueMs: 0, inferenceMs: 30 },
      { queueMs: 0, inferenceMs: 30 },
      { queueMs: 30, inferenceMs: 20 },
      { queueMs: 30, inferenceMs: 20 },
    ]);
    const stages = (stage: string) => meter.observed.filter((o) => o.labels?.stage === stage).map((o) => o.value);
    expect(stages('queue')).toEqual([0, 0, 0.03, 0.03]);
    expect(stages('inference')).toEqual([0.03, 0.02]);
    await runner.close();
  });

  it('does not let one bad window harm the others of its batch', async () => {
    const { engine, submit, meter, dropped, runner } = setUp({ maxQueueDelay: 1_000_000 });
    const outcomes = await Promise.all([0.1, THROWS, 0.3, 0.4].map((mark, i) => submit(mark, `p${i}`)));
    expect(outcomes.map(confidence)).toEqual([0.1, 'engine-failed', 0.3, 0.4]);
    expect(outcomes[1]).toEqual({ dropped: 'engine-failed', reason: 'failed' });
    expect(engine.batches).toEqual([[0.1, THROWS, 0.3, 0.4], [0.1], [THROWS], [0.3], [0.4]]);
    expect(dropped('failed')).toBe(1);
    expect(meter.counted('emostream_errors_total', { code: 'WINDOW_INVALID' })).toBe(2);
    await runner.close();
  });

  it.each<[string, (features: ReturnType<typeof windowFeatures>) => void]>([
    ['with a value that is not a number', ({ voice }) => (voice!.logMel[77] = NaN)],
    ['of a wrong shape', ({ face }) => (face!.crops = face!.crops.subarray(1))],
  ])('refuses a window %s at the door, counts it, and its batch never sees it', async (_, spoil) => {
    const { engine, runner, dropped, submit, meter } = setUp({ maxQueueDelay: 1_000_000 });
    const others = [submit(0.1, 'a'), submit(0.2, 'b')];
    const features = windowFeatures(0.9, 1_000_000);
    spoil(features);
    expect(await runner.submit({ room: 'r', participant: 'p', features })).toEqual({
      dropped: 'invalid',
      reason: 'invalid',
    });
    expect(dropped('invalid')).toBe(1);
    expect(meter.counted('emostream_errors_total', { code: 'WINDOW_INVALID' })).toBe(1);
    expect(engine.batches).toEqual([]);
    others.push(submit(0.3, 'c'), submit(0.4, 'd'));
    expect((await Promise.all(others)).map(confidence)).toEqual([0.1, 0.2, 0.3, 0.4]);
    expect(engine.batches).toEqual([[0.1, 0.2, 0.3, 0.4]]);
    await runner.close();
  });

  it('drops what waited too long behind a slow engine, and says so', async () => {
    const { engine, submit, advance, dropped, runner } = setUp({ maxBatch: 1 });
    const g = gate(engine);
    const first = submit(0.1, 'a');
    await g.entered();
    const second = submit(0.2, 'b');
    advance(1001);
    g.open();
    expect(confidence(await first)).toBe(0.1);
    expect(await second).toEqual({ dropped: 'overloaded', reason: 'deadline' });
    expect(dropped('deadline')).toBe(1);
    await runner.close();
  });

  it('keeps its bound: the oldest waiting is dropped', async () => {
    const { engine, submit, dropped, runner } = setUp({ maxBatch: 1, inferenceQueue: 2 });
    const g = gate(engine);
    const first = submit(0.1, 'a');
    await g.entered();
    const waiting = [submit(0.2, 'b'), submit(0.3, 'c'), submit(0.4, 'd')];
    expect(runner.waiting).toBe(2);
    expect(await waiting[0]).toEqual({ dropped: 'overloaded', reason: 'overflow' });
    expect(dropped('overflow')).toBe(1);
    for (let i = 0; i < 3; i++) {
      await g.entered();
      g.open();
    }
    expect((await Promise.all([first, waiting[1]!, waiting[2]!])).map(confidence)).toEqual([0.1, 0.3, 0.4]);
    await runner.close();
  });

  it('tells a participant’s outcomes in order, even when a later window is dropped at once', async () => {
    const { engine, submit, runner } = setUp({ maxBatch: 1 });
    const g = gate(engine);
    const told: string[] = [];
    const first = submit(0.1).then(() => told.push('first'));
    await g.entered();
    const bad = windowFeatures(NaN, 1_000_000);
    const second = runner.submit({ room: 'r', participant: 'p', features: bad }).then(() => told.push('second'));
    const other = submit(NaN, 'other').then(() => told.push('other'));
    await other;
    g.open();
    await Promise.all([first, second]);
    expect(told).toEqual(['other', 'first', 'second']);
    await runner.close();
  });

  it('cancels what waits of a participant who left', async () => {
    const { submit, runner, dropped } = setUp({ maxQueueDelay: 1_000_000 });
    const gone = submit(0.1, 'gone');
    const others = [submit(0.2, 'a'), submit(0.3, 'b')];
    runner.cancel('r', 'gone');
    expect(await gone).toMatchObject({ reason: 'cancelled' });
    expect(dropped('cancelled')).toBe(1);
    others.push(submit(0.4, 'c'), submit(0.5, 'd'));
    expect((await Promise.all(others)).map(confidence)).toEqual([0.2, 0.3, 0.4, 0.5]);
    await runner.close();
  });

  it('pads a batch to the next size that the engine is warm for', async () => {
    const { engine, submit, runner } = setUp({ maxBatch: 8, maxQueueDelay: 0, padTo: [1, 2, 4, 8] });
    const g = gate(engine);
    const first = submit(0.1);
    await g.entered();
    const more = [submit(0.2), submit(0.3), submit(0.4)];
    g.open();
    await g.entered();
    g.open();
    expect((await Promise.all([first, ...more])).map(confidence)).toEqual([0.1, 0.2, 0.3, 0.4]);
    expect(engine.batches).toEqual([[0.1], [0.2, 0.3, 0.4, 0]]);
    await runner.close();
  });

  it('settles everything when it is closed, and refuses what comes after', async () => {
    const { engine, submit, runner } = setUp({ maxBatch: 1 });
    const g = gate(engine);
    const running = submit(0.1, 'a');
    await g.entered();
    const waiting = submit(0.2, 'b');
    const closed = runner.close();
    g.open();
    await closed;
    expect(confidence(await running)).toBe(0.1);
    expect(await waiting).toMatchObject({ reason: 'closed' });
    expect(await submit(0.3)).toMatchObject({ reason: 'closed' });
  });

  it('joins the crops that were handed over early with the window that names them, and tells of those that are gone', async () => {
    const { engine, runner, dropped } = setUp({ maxBatch: 1 });
    const pixels = (grey: number) => new Uint8Array(FACE_SIZE * FACE_SIZE).fill(grey);
    const window = (mark: number, cropIds: number[], participant = 'p') => {
      const features = windowFeatures(mark, 1_000_000);
      const face = { ...features.face!, crops: new Uint8Array(0), cropIds, count: cropIds.length };
      return runner.submit({ room: 'r', participant, features: { ...features, face } });
    };
    runner.crop({ room: 'r', participant: 'p', id: 7, pixels: pixels(70) });
    runner.crop({ room: 'r', participant: 'p', id: 8, pixels: pixels(80) });
    runner.crop({ room: 'r', participant: 'p', id: 9, pixels: pixels(0).subarray(1) });
    expect(dropped('crop-invalid')).toBe(1);
    await window(0.1, [7, 8]);
    await window(0.2, [8, 9]);
    await window(0.3, [9]);
    await window(0.4, [7], 'another');
    expect(dropped('crop-gone')).toBe(3);
    runner.cancel('r', 'p');
    await window(0.5, [7]);
    expect(dropped('crop-gone')).toBe(4);
    expect(engine.inputs.map(crops)).toEqual([[70, 80], [80], null, null, null]);
    await runner.close();
  });
});
