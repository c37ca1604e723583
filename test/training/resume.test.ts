import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import type { Scalar, Tensor4D } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmostreamError } from '../../src/common/errors.js';
import { CheckpointStore, decodeCheckpoint, encodeCheckpoint, type Checkpoint } from '../../src/training/checkpoint.js';
import { fit, type FitOptions, type FitResult } from '../../src/training/fit.js';
import { AdamW } from '../../src/training/optimiser.js';
import type { RunControl } from '../../src/training/resume.js';
import { Rng } from '../../src/training/rng.js';
import { ShuffledIndices } from '../../src/training/sampler.js';
import { TrainingLayers } from '../../src/training/training-layers.js';

const STEPS = 5;
const EPOCHS = 4;

let folder: string;
beforeAll(async () => {
  await tf.setBackend('cpu');
  folder = await mkdtemp(join(tmpdir(), 'emostream-resume-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface TinyRun {
  control?: RunControl;
  seed?: number;
  /** Told before each step of this process, from 1. */
  onStep?: (step: number) => void;
  change?: Partial<FitOptions>;
  units?: number;
  examples?: number;
}

/**
 * A small part with all that makes a run depend on its past: a shuffled sampler, noise added to examples, dropout, batch
 * normalisation, moments and averages of the optimiser. Which of two stripe patterns is it?
 */
async function train({ control, seed = 3, onStep, change, units = 2, examples = 24 }: TinyRun): Promise<FitResult> {
  const rng = new Rng(seed);
  const layers = new TrainingLayers(rng.fork());
  const indices = new ShuffledIndices(examples, rng.fork());
  const noise = rng.fork();
  let step = 0;
  const network = (x: Tensor4D): tf.Tensor2D => {
    const maps = layers.dropout(layers.conv2d('c', x, { filters: 4, kernel: [2, 2] }), 0.3);
    return layers.dense('out', tf.mean(maps, [1, 2]), units);
  };
  const loss = (): Scalar => {
    onStep?.(++step);
    const picked = indices.take(8);
    const pixels = picked.flatMap((i) =>
      [0, 1, 2, 3].map((p) => (i % 2 === 0 ? p % 2 : p >> 1) + 0.3 * noise.normal()),
    );
    const y = tf.oneHot(tf.tensor1d(picked.map((i) => i % 2), 'int32'), units); // prettier-ignore
    return tf.neg(tf.mean(tf.sum(tf.mul(y, tf.logSoftmax(network(tf.tensor4d(pixels, [8, 2, 2, 1])))), 1)));
  };
  const result = await fit({
    layers,
    optimiser: new AdamW({ weightDecay: 0.01, clipNorm: 5, averageDecay: 0.9 }),
    epochs: EPOCHS,
    stepsPerEpoch: STEPS,
    learningRate: 0.02,
    loss,
    validate: (weights) => ({ score: weights.get('out/bias')!.values[0]!, text: 'judged' }),
    control,
    log: () => undefined,
    ...change,
  });
  layers.dispose();
  return result;
}

let runs = 0;
function controlled(
  signal?: AbortSignal,
  store = new CheckpointStore(join(folder, String(++runs)), 'tiny'),
): RunControl {
  return { store, options: { seed: '3' }, ...(signal ? { signal } : {}) };
}

/** Runs until the given step of this process, stopped there as Ctrl-C does. */
async function trainUntil(stopAt: number, store?: CheckpointStore): Promise<CheckpointStore> {
  const stop = new AbortController();
  const control = controlled(stop.signal, store);
  const reason = new EmostreamError('CLOSED', 'stopped');
  const run = train({ control, onStep: (step) => step === stopAt && stop.abort(reason) });
  await expect(run).rejects.toBe(reason);
  return control.store;
}

const plain = ({ weights, score, epoch }: FitResult) => ({
  score,
  epoch,
  weights: [...weights].map(([name, { shape, values }]) => [name, shape, [...values]]),
});

describe('an interrupted training run', () => {
  // The first call of the loss makes the variables: step n of training is call n + 1.
  it.each([
    ['in its first step', [2]],
    ['at the end of an epoch', [STEPS + 1]],
    ['amid an epoch', [STEPS + 4]],
    ['twice', [3, 9]],
    ['in its last epoch', [EPOCHS * STEPS]],
  ])('%s gives the same weights as one that was not', async (_, stops) => {
    const whole = plain(await train({}));
    let store: CheckpointStore | undefined;
    for (const stop of stops) store = await trainUntil(stop, store);
    expect(plain(await train({ control: controlled(undefined, store) }))).toEqual(whole);
  });

  it('by a crash goes on from the last whole epoch', async () => {
    const whole = plain(await train({}));
    const control = controlled();
    const crash = (step: number): void => {
      if (step === 2 * STEPS + 4) throw new Error('crash');
    };
    await expect(train({ control, onStep: crash })).rejects.toThrow('crash');
    expect((await control.store.load())!.step).toBe(2 * STEPS);
    expect(plain(await train({ control }))).toEqual(whole);
  });

  it('that was done but for the clearing up trains no further', async () => {
    const control = controlled();
    const whole = plain(await train({ control }));
    let calls = 0;
    expect(plain(await train({ control, onStep: () => calls++ }))).toEqual(whole);
    // One call makes the variables that the checkpoint is compared with.
    expect(calls).toBe(1);
  });

  it.each<[string, TinyRun, RegExp]>([
    ['another seed', { control: { ...controlledOptions('4') } }, /seed was 3 and is now 4/u],
    ['more epochs', { change: { epochs: 9 } }, /epochs was 4 and is now 9/u],
    ['another learning rate', { change: { learningRate: 1 } }, /learning rate was 0.02 and is now 1/u],
    ['another network', { units: 3 }, /another network/u],
    ['other data', { examples: 25 }, /data or the training program have changed/u],
  ])('is not gone on with by %s', async (_, run, message) => {
    const store = await trainUntil(STEPS + 2);
    const before = await readFile(store.path);
    const control = { ...controlled(undefined, store), ...run.control, store };
    await expect(train({ ...run, control })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(message),
    });
    await expect(train({ ...run, control })).rejects.toThrow(/--restart/u);
    expect(await readFile(store.path)).toEqual(before);
  });

  it('tells each epoch how much is left, by the time its own steps took', async () => {
    const lines: string[] = [];
    let now = 0;
    const change = { log: (line: string) => lines.push(line), clock: () => now, validateEvery: 2 };
    const onStep = (): void => void (now += 60_000);
    await train({ change, onStep });
    // Five minutes an epoch, and a minute for making the variables.
    expect(lines.map((line) => /[\d.]+ (?:h|min|s) left$/u.exec(line)?.[0])).toEqual([
      '18 min left',
      '11 min left',
      '5 min left',
      '0 s left',
    ]);
    expect(lines[0]).toMatch(/^epoch 1\/4 {2}loss \d\.\d{4} {2}not validated/u);
    expect(lines[1]).toMatch(/judged {2}best/u);
  });
});

function controlledOptions(seed: string): RunControl {
  return { store: new CheckpointStore('/nowhere', 'tiny'), options: { seed } };
}

describe('a checkpoint', () => {
  it('is one file, and nothing half written lies beside it', async () => {
    const store = await trainUntil(2, new CheckpointStore(join(folder, 'one'), 'tiny'));
    expect(await readdir(join(folder, 'one'))).toEqual(['tiny.checkpoint.bin']);
    await store.remove();
    await store.remove();
    expect(await store.load()).toBeNull();
  });

  it('that is cut short or of another layout is refused with what to do', async () => {
    const store = await trainUntil(2);
    const whole = await readFile(store.path);
    for (const bad of [whole.subarray(0, whole.length - 8), whole.subarray(0, 10), Buffer.from('{}')]) {
      await writeFile(store.path, bad);
      await expect(store.load()).rejects.toMatchObject({
        code: 'MEDIA_CORRUPT',
        message: expect.stringMatching(/--restart/u),
      });
    }
  });

  it('comes back as it was, whatever is in it', () => {
    const weights = fc
      .array(fc.tuple(fc.string({ minLength: 1 }), fc.array(fc.float({ noNaN: true }), { maxLength: 5 })))
      .map((all) => new Map(all.map(([name, v]) => [`n${name}`, { shape: [v.length], values: Float32Array.from(v) }])));
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0));
    const checkpoint: fc.Arbitrary<Checkpoint> = fc.record({
      options: fc.dictionary(
        fc.string().map((name) => `o${name}`),
        fc.string(),
        { noNullPrototype: true },
      ),
      step: fc.nat(),
      lossSum: finite,
      cpuSeconds: finite,
      variables: weights,
      averages: weights,
      optimiser: fc.record({ steps: fc.nat(), first: weights, second: weights, average: weights }),
      random: fc.array(fc.int32Array()),
      best: fc.option(fc.record({ weights, score: finite, epoch: fc.nat() })),
    });
    fc.assert(
      fc.property(checkpoint, (one) => {
        expect(decodeCheckpoint(encodeCheckpoint(one))).toEqual(one);
      }),
    );
  });
});
