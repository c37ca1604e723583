import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import type { Scalar, Tensor2D, Tensor3D, Variable } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { InferenceLayers } from '../../src/inference/network/inference-layers.js';
import { rowMeans } from '../../src/inference/network/row-means.js';
import { AdamW } from '../../src/training/optimiser.js';
import { Rng } from '../../src/training/rng.js';
import { LengthBatches } from '../../src/training/sampler.js';
import { Table } from '../../src/training/table.js';
import { TrainingLayers } from '../../src/training/training-layers.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const [ROWS, WIDTH] = [9, 3];
const values = Float32Array.from({ length: ROWS * WIDTH }, (_, i) => Math.sin(i));
/** Two texts of two tokens of up to three ids: one of a token comes twice, one token has none. */
const IDS = [
  [
    [1, 4, 4],
    [2, 0, 0],
  ],
  [
    [0, 0, 0],
    [1, 0, 7],
  ],
];

describe('the mean of rows of a table', () => {
  it('leaves out what is no id', () => {
    const found = rowMeans(values, WIDTH, Int32Array.from(IDS.flat(2)), 3);
    const row = (id: number, i: number): number => values[id * WIDTH + i]!;
    for (let i = 0; i < WIDTH; i++) {
      expect(found[i]).toBeCloseTo((row(1, i) + 2 * row(4, i)) / 3, 6);
      expect(found[WIDTH + i]).toBe(row(2, i));
      expect(found[2 * WIDTH + i]).toBe(0);
      expect(found[3 * WIDTH + i]).toBeCloseTo((row(1, i) + row(7, i)) / 2, 6);
    }
  });

  it('is the same whether tensors or rows are looked up, and in training', () => {
    const ids: Tensor3D = tf.tensor3d(IDS, undefined, 'int32');
    const table = { shape: [ROWS, WIDTH], values };
    const training = new TrainingLayers(new Rng(1));
    training.restore(new Map([['t/table', table]]));
    const tensors = new InferenceLayers(new Map([['t/table', tf.tensor(values, [ROWS, WIDTH])]]));
    const looked = new InferenceLayers(new Map(), new Map([['t/table', table]]));
    const [a, b, c] = [training, tensors, looked].map((layers) => {
      return [...layers.embedding('t', ids, ROWS, WIDTH).dataSync()];
    });
    a!.forEach((value, i) => {
      expect(value).toBeCloseTo(b![i]!, 6);
      expect(value).toBe(c![i]);
    });
  });

  it('has the gradient that TensorFlow.js finds of the tensors', () => {
    const ids: Tensor3D = tf.tensor3d(IDS, undefined, 'int32');
    const weigh = tf.tensor3d([...Array(4 * WIDTH).keys()], [2, 2, WIDTH]);
    const loss = (means: Tensor3D): Scalar => tf.sum(tf.mul(tf.square(means), weigh));
    const layers = new TrainingLayers(new Rng(1));
    layers.restore(new Map([['t/table', { shape: [ROWS, WIDTH], values }]]));
    tf.variableGrads(() => loss(layers.embedding('t', ids, ROWS, WIDTH)), [layers.tableAnchor as Variable]);
    const { rows, gradients } = layers.tables.get('t/table')!.take();
    const dense = tf.grad((table) => {
      return loss(new InferenceLayers(new Map([['t/table', table]])).embedding('t', ids, ROWS, WIDTH));
    })(tf.tensor(values, [ROWS, WIDTH])) as Tensor2D;
    const expected = dense.arraySync();
    expect([...rows].sort()).toEqual([1, 2, 4, 7]);
    rows.forEach((row, k) => {
      for (let i = 0; i < WIDTH; i++) expect(gradients[k * WIDTH + i]).toBeCloseTo(expected[row]![i]!, 4);
    });
    expect(layers.tables.get('t/table')!.take().rows).toHaveLength(0);
  });
});

describe('the optimiser on a table', () => {
  const ask = (table: Table, id: number, gradient: number[]): void => {
    table.ask({ ids: Int32Array.of(id), perMean: 1, gradient: Float32Array.from(gradient) });
  };
  const anchor = { anchor: tf.scalar(0) };

  it('moves the rows that were looked up against their gradient, and no other', () => {
    const table = new Table([ROWS, WIDTH], values.slice());
    const optimiser = new AdamW({ weightDecay: 0.1, clipNorm: 1, averageDecay: 0.9 });
    ask(table, 4, [1, -1, 0]);
    optimiser.apply(new Map(), anchor, 0.01, new Map([['t/table', table]]));
    const moved = table.values.map((value, i) => value - values[i]!);
    expect(moved[4 * WIDTH]).toBeLessThan(0);
    expect(moved[4 * WIDTH + 1]).toBeCloseTo(-moved[4 * WIDTH]!, 6);
    moved.forEach((by, i) => (i >= 4 * WIDTH && i < 4 * WIDTH + 2 ? undefined : expect(by).toBe(0)));
  });

  it('goes on from a snapshot as if nothing had been', () => {
    const run = (interrupted: boolean): Float32Array[] => {
      let table = new Table([ROWS, WIDTH], values.slice());
      let optimiser = new AdamW({ weightDecay: 0.1, clipNorm: 1, averageDecay: 0.9 });
      for (let step = 0; step < 11; step++) {
        if (interrupted && step === 6) {
          const state = optimiser.snapshot();
          table = new Table([ROWS, WIDTH], table.weights().values);
          optimiser = new AdamW(optimiser.options);
          optimiser.restore(state);
        }
        ask(table, 1 + (step % 3), [Math.cos(step), 1, -step]);
        optimiser.apply(new Map(), anchor, 0.01, new Map([['t/table', table]]));
      }
      return [table.values, optimiser.averaged('t/table')!];
    };
    const whole = run(false);
    expect(run(true)).toEqual(whole);
    expect(whole[1]).not.toEqual(whole[0]);
  });
});

describe('batches of like length', () => {
  const lengths = Array.from({ length: 1000 }, (_, i) => 1 + ((i * 7) % 32));

  it('hold every example once in each pass, with little padding, and in no order of length', () => {
    const batches = new LengthBatches(lengths, 10, new Rng(3));
    // 80 passes are whole pools of 16 batches.
    const drawn = Array.from({ length: 800 }, () => batches.take());
    const times = new Map<number, number>();
    for (const index of drawn.flat()) times.set(index, (times.get(index) ?? 0) + 1);
    expect(times.size).toBe(1000);
    expect([...times.values()].every((count) => count === 8)).toBe(true);
    const longest = drawn.map((batch) => Math.max(...batch.map((index) => lengths[index]!)));
    const padded = longest.reduce((sum, length) => sum + 10 * length, 0);
    const real = drawn.flat().reduce((sum, index) => sum + lengths[index]!, 0);
    expect(padded / real).toBeLessThan(1.15);
    const rising = longest.slice(1).filter((length, i) => length > longest[i]!).length / longest.length;
    expect(rising).toBeGreaterThan(0.35);
    expect(rising).toBeLessThan(0.65);
  });

  it('go on from a position', () => {
    const make = (): { rng: Rng; batches: LengthBatches } => {
      const rng = new Rng(5);
      return { rng, batches: new LengthBatches(lengths, 10, rng) };
    };
    const [one, other] = [make(), make()];
    for (let i = 0; i < 21; i++) one.batches.take();
    expect(other.rng.run.goTo(one.rng.run.positions())).toBe(true);
    for (let i = 0; i < 40; i++) expect(other.batches.take()).toEqual(one.batches.take());
  });
});
