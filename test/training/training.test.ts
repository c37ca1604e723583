import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { AFFECT, affectOf } from '../../src/training/circumplex.js';
import { batchNormTraining, composedBatchNorm } from '../../src/training/batch-norm.js';
import { temperatureOf, uncertainThreshold } from '../../src/training/calibrate.js';
import { addonFile, engineFolder } from '../../src/inference/engine-install/paths.js';
import { augmentFace } from '../../src/training/face-augment.js';
import { fit } from '../../src/training/fit.js';
import { foldBatchNorm } from '../../src/training/fold.js';
import { figures } from '../../src/training/metrics.js';
import { AdamW } from '../../src/training/optimiser.js';
import { Rng } from '../../src/training/rng.js';
import { ShuffledIndices } from '../../src/training/sampler.js';
import { splitOfSpeaker } from '../../src/training/splits.js';
import { startTensorflowBackend } from '../../src/training/tensorflow-backend.js';
import { TrainingLayers } from '../../src/training/training-layers.js';
import { augmentVoice } from '../../src/training/voice-augment.js';
import { clipWindows, windowAt } from '../../src/training/voice-windows.js';
import { InferenceLayers } from '../../src/inference/network/inference-layers.js';
import { LOG_FLOOR } from '../../src/features/log-mel.js';
import { MEL_BANDS, MEL_FRAMES } from '../../src/features/types.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('training', () => {
  /** Two classes of points on a plane, the one around the other: no straight line parts them. */
  function rings(rng: Rng): { x: Tensor2D; y: Tensor2D } {
    const points = Array.from({ length: 64 }, (_, i) => {
      const radius = i % 2 === 0 ? rng.between(0, 0.7) : rng.between(1, 1.7);
      const angle = rng.between(0, 2 * Math.PI);
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    });
    return { x: tf.tensor2d(points), y: tf.tensor2d(points.map((_, i) => (i % 2 === 0 ? [1, 0] : [0, 1]))) };
  }
  const network = (layers: TrainingLayers | InferenceLayers, x: Tensor2D): Tensor2D =>
    layers.dense('out', layers.dropout(layers.dense('hidden', x, 16, 'relu'), 0.1), 2);

  async function train(seed: number): Promise<{ score: number; weights: number[]; kept: number }> {
    const rng = new Rng(seed);
    const layers = new TrainingLayers(rng.fork());
    const judge = rings(rng);
    const bests: number[] = [];
    const result = await fit({
      layers,
      optimiser: new AdamW({ weightDecay: 0.01, clipNorm: 5, averageDecay: 0.95 }),
      epochs: 6,
      stepsPerEpoch: 40,
      learningRate: 0.02,
      loss: () => {
        const { x, y } = rings(rng);
        return tf.neg(tf.mean(tf.sum(tf.mul(y, tf.logSoftmax(network(layers, x))), 1)));
      },
      validate: (weights) => {
        const tensors = new Map([...weights].map(([name, { shape, values }]) => [name, tf.tensor(values, shape)]));
        const score = tf.tidy(() => {
          const answers = tf.argMax(network(new InferenceLayers(tensors), judge.x), 1);
          return tf.mean(tf.cast(tf.equal(answers, tf.argMax(judge.y, 1)), 'float32')).dataSync()[0]!;
        });
        tf.dispose([...tensors.values()]);
        return { score, text: '' };
      },
      onBest: ({ score }) => {
        bests.push(score);
        return Promise.resolve();
      },
      log: () => undefined,
    });
    expect(bests).toEqual([...bests].sort((a, b) => a - b));
    expect(bests.at(-1)).toBe(result.score);
    return { score: result.score, weights: [...result.weights.get('out/kernel')!.values], kept: result.weights.size };
  }

  it('learns what no straight line can tell, and the same again from the same seed', async () => {
    const first = await train(5);
    expect(first.score).toBeGreaterThan(0.95);
    expect(first.kept).toBe(4);
    expect((await train(5)).weights).toEqual(first.weights);
    expect((await train(6)).weights).not.toEqual(first.weights);
  });

  it('leaves no tensors behind at a step', () => {
    const layers = new TrainingLayers(new Rng(1));
    const x = tf.ones([4, 5, 5, 2]) as Tensor4D;
    const optimiser = new AdamW({ weightDecay: 0.01, clipNorm: 1, averageDecay: 0.9 });
    tf.tidy(() => void layers.conv2d('c', x, { filters: 3, kernel: [3, 3] }));
    const step = (): void => {
      const { value, grads } = tf.variableGrads(() => tf.mean(layers.conv2d('c', x, { filters: 3, kernel: [3, 3] })));
      optimiser.apply(layers.variables, grads, 0.1);
      tf.dispose([value, ...Object.values(grads)]);
    };
    step();
    const { numTensors } = tf.memory();
    step();
    step();
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});

describe('batch normalisation', () => {
  it('folded into the convolution computes the same', () => {
    const rng = new Rng(2);
    const layers = new TrainingLayers(rng.fork());
    const x = tf.tensor4d(
      Float32Array.from({ length: 2 * 6 * 6 * 3 }, () => rng.normal()),
      [2, 6, 6, 3],
    );
    const run = (with_: TrainingLayers | InferenceLayers): Tensor4D =>
      with_.conv2d('c', x, { filters: 4, kernel: [3, 3], strides: [2, 2] });
    for (let i = 0; i < 20; i++) tf.tidy(() => void run(layers));
    layers.training = false;
    const folded = foldBatchNorm(layers.snapshot());
    expect([...folded.keys()].sort()).toEqual(['c/bias', 'c/kernel']);
    const tensors = new Map([...folded].map(([name, { shape, values }]) => [name, tf.tensor(values, shape)]));
    const [before, after] = [run(layers).dataSync(), run(new InferenceLayers(tensors)).dataSync()];
    before.forEach((value, i) => expect(after[i]).toBeCloseTo(value, 4));
  });

  it('gives mean 0 and variance 1, and the moments of the batch', () => {
    const x = tf.tensor4d([1, 10, 3, 20, 5, 60, 7, 30], [2, 2, 1, 2]);
    const { y, mean, variance } = composedBatchNorm(x, tf.ones([2]), tf.zeros([2]));
    expect([...mean.dataSync()]).toEqual([4, 30]);
    expect([...variance.dataSync()]).toEqual([5, 350]);
    expect(tf.mean(y).dataSync()[0]).toBeCloseTo(0, 5);
  });

  it('on the native engine equals the composed one, gradients included', async (context) => {
    if (!existsSync(addonFile(engineFolder()))) {
      console.log('skipped: the tensorflow engine is not installed (npx emostream engine install tensorflow)');
      context.skip();
    }
    await startTensorflowBackend();
    const rng = new Rng(3);
    const random = (length: number): Float32Array => Float32Array.from({ length }, () => rng.normal());
    const x = tf.tensor4d(random(4 * 3 * 3 * 2), [4, 3, 3, 2]);
    const weight = tf.tensor4d(random(4 * 3 * 3 * 2), [4, 3, 3, 2]);
    const [gamma, beta] = [tf.tensor1d([0.5, 2]), tf.tensor1d([1, -1])];
    const results = [batchNormTraining, composedBatchNorm].map((norm) => {
      const gradient = tf.grads((a, b, c) =>
        tf.sum(tf.mul(weight, norm(a as Tensor4D, b as Tensor1D, c as Tensor1D).y)),
      );
      const { y, mean, variance } = norm(x, gamma, beta);
      return [y, mean, variance, ...gradient([x, gamma, beta])].flatMap((tensor) => [...tensor.dataSync()]);
    });
    await tf.setBackend('cpu');
    results[0]!.forEach((value, i) => expect(value).toBeCloseTo(results[1]![i]!, 4));
  });
});

describe('the gradient of relu', () => {
  it('passes what was positive and nothing else, on the native engine and on others', async (context) => {
    if (!existsSync(addonFile(engineFolder()))) {
      console.log('skipped: the tensorflow engine is not installed (npx emostream engine install tensorflow)');
      context.skip();
    }
    await startTensorflowBackend();
    for (const backend of ['tensorflow', 'cpu']) {
      await tf.setBackend(backend);
      const x = tf.tensor2d([-2, 0, 3, 0.5], [2, 2]);
      const weight = tf.tensor2d([5, 6, 7, -8], [2, 2]);
      const gradient = tf.grad((each) => tf.sum(tf.mul(weight, tf.relu(each))));
      expect([...gradient(x).dataSync()], backend).toEqual([0, 0, 7, -8]);
    }
  });
});

describe('the tensorflow engine', () => {
  it('that is not installed says how to get it', async () => {
    await expect(startTensorflowBackend('/nowhere')).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringMatching(/emostream engine install tensorflow/u),
    });
  });
});

describe('figures', () => {
  it('are those of a confusion worked out by hand', () => {
    // Truth 0: answers 0, 0, 1. Truth 1: answer 1. One example without label.
    const p = [0.9, 0.1, 0.6, 0.4, 0.2, 0.8, 0.3, 0.7, 0.5, 0.5];
    const result = figures(p, [0, 0, 0, 1, -1], 3 - 1);
    expect(result.n).toBe(4);
    expect(result.accuracy).toBe(0.75);
    expect(result.uar).toBeCloseTo((2 / 3 + 1) / 2, 10);
    expect(result.macroF1).toBeCloseTo((4 / 5 + 2 / 3) / 2, 10);
    expect(result.weightedF1).toBeCloseTo((3 * (4 / 5) + 2 / 3) / 4, 10);
    expect(result.confusion).toEqual([
      [2, 1],
      [0, 1],
    ]);
    // Each answer has a bin of its own: |1-.9| + |1-.6| + |0-.8| + |1-.7|, over 4.
    expect(result.ece).toBeCloseTo(1.6 / 4, 10);
  });

  it('leave classes out that do not occur', () => {
    expect(figures([1, 0, 0, 1, 0, 0], [0, 0], 3).uar).toBe(1);
  });
});

describe('calibration', () => {
  it('finds the temperature that logits were multiplied with', () => {
    const rng = new Rng(4);
    const labels: number[] = [];
    const logits = new Float32Array(4000 * 7);
    for (let i = 0; i < 4000; i++) {
      const own = Array.from({ length: 7 }, () => 1.5 * rng.normal());
      const powers = own.map(Math.exp);
      let left = rng.next() * powers.reduce((sum, power) => sum + power, 0);
      labels.push(powers.findIndex((power) => (left -= power) < 0));
      own.forEach((value, k) => (logits[i * 7 + k] = 2 * value));
    }
    expect(temperatureOf(logits, labels)).toBeGreaterThan(1.85);
    expect(temperatureOf(logits, labels)).toBeLessThan(2.15);
  });

  it('calls uncertain what is too often wrong', () => {
    const judged = Array.from({ length: 100 }, (_, i) => ({ confidence: i / 100, right: i >= 40, weight: 1 }));
    // Of 80 answers from 0.2 on, 60 are right: three quarters.
    expect(uncertainThreshold(judged, { wanted: 0.75 })).toEqual({ threshold: 0.2, coverage: 0.8, accuracy: 0.75 });
  });
});

describe('the threshold of uncertain', () => {
  const judged = (rightFrom: number) =>
    Array.from({ length: 100 }, (_, i) => ({ confidence: i / 100, right: i >= rightFrom, weight: 1 }));

  it('leaves so many answers certain however often they are wrong', () => {
    // None is right: the surest 65 of 100 stay.
    expect(uncertainThreshold(judged(100))).toEqual({ threshold: 0.35, coverage: 0.65, accuracy: 0 });
    expect(uncertainThreshold(judged(100), { least: 0 })).toEqual({ threshold: 1, coverage: 0, accuracy: 1 });
  });

  it('leaves more certain where they are right often enough', () => {
    // Of 80 answers from 0.2 on, 72 are right.
    expect(uncertainThreshold(judged(28))).toEqual({ threshold: 0.2, coverage: 0.8, accuracy: 0.9 });
  });

  it('is chosen alike for sets of unequal size by their weights', () => {
    const weighted = [
      ...judged(100).map((each) => ({ ...each, weight: 1 / 100 })),
      { confidence: 0.1, right: true, weight: 1 },
    ];
    // The set of one answer is half of everything.
    expect(uncertainThreshold(weighted, { wanted: 0.525, least: 0 }).threshold).toBe(0.1);
  });
});

describe('valence and arousal', () => {
  it('lie where Russell has them', () => {
    const [neutral, happy, sad, angry] = AFFECT as unknown as [number, number][];
    expect(neutral).toEqual([0, 0]);
    expect(happy![0]).toBeGreaterThan(0.7);
    expect(sad![0]).toBeLessThan(-0.6);
    expect(sad![1]).toBeLessThan(-0.3);
    expect(angry![1]).toBeGreaterThan(0.7);
    expect(affectOf([0.5, 0.5, 0, 0, 0, 0, 0])).toEqual([happy![0] / 2, happy![1] / 2]);
  });
});

describe('speech windows', () => {
  const block = { mel: Float32Array.from({ length: 350 * MEL_BANDS }, (_, i) => -5 + (i % 13)), frames: 350 };

  it('of a long clip come each second and end with it', () => {
    expect(clipWindows(block).length).toBe(2 * MEL_FRAMES * MEL_BANDS);
    expect(clipWindows({ ...block, frames: 300 }).length).toBe(MEL_FRAMES * MEL_BANDS);
  });

  it('place a clip where it belongs, silence around', () => {
    const short = { mel: new Float32Array(50 * MEL_BANDS).fill(0), frames: 50 };
    const window = windowAt(short, 100);
    const frame = (i: number): number => window[i * MEL_BANDS]!;
    expect([frame(99), frame(100), frame(149), frame(150)]).toEqual([-3, 0, 0, -3]);
    expect(windowAt({ mel: new Float32Array(64).fill(LOG_FLOOR), frames: 1 }, 0).every((v) => v === -3)).toBe(true);
  });
});

describe('augmentation', () => {
  it('changes pictures and sounds, keeps their form, and repeats itself for a seed', () => {
    const image = Uint8Array.from({ length: 48 * 48 }, (_, i) => (i * 31) % 256);
    const rng = new Rng(8);
    for (let i = 0; i < 50; i++) expect(augmentFace(image, rng).length).toBe(48 * 48);
    expect(augmentFace(image, new Rng(1))).toEqual(augmentFace(image, new Rng(1)));
    expect(augmentFace(image, new Rng(1))).not.toEqual(image);
    const sound = Float32Array.from({ length: 16_000 }, (_, n) => 0.3 * Math.sin(n / 9));
    for (let i = 0; i < 10; i++) {
      const out = augmentVoice(sound, rng);
      expect(out.every(Number.isFinite)).toBe(true);
      expect(out.length / sound.length).toBeGreaterThan(0.85);
      expect(out.length / sound.length).toBeLessThan(1.16);
    }
  });
});

describe('drawing', () => {
  it('takes every index once each time round', () => {
    const indices = new ShuffledIndices(10, new Rng(1));
    for (let round = 0; round < 3; round++) {
      expect(indices.take(10).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
  });

  it('has the moments of its distributions', () => {
    const rng = new Rng(9);
    const values = Array.from({ length: 20_000 }, () => rng.normal());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const square = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(square - 1)).toBeLessThan(0.05);
  });
});

describe('splits', () => {
  it('put each speaker in one part, women and men in each', () => {
    const ravdess = Array.from({ length: 20 }, (_, i) => 101 + i);
    const emodb = [203, 208, 209, 210, 211, 212, 213, 214, 215, 216];
    const women = new Set([...ravdess.filter((actor) => actor % 2 === 0), 208, 209, 213, 214, 216]);
    for (const split of ['train', 'valid', 'test'] as const) {
      for (const corpus of [ravdess, emodb]) {
        const inSplit = corpus.filter((speaker) => splitOfSpeaker(speaker) === split);
        expect(inSplit.some((speaker) => women.has(speaker))).toBe(true);
        expect(inSplit.some((speaker) => !women.has(speaker))).toBe(true);
      }
    }
  });
});
