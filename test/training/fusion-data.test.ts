import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../src/common/emotions.js';
import { useWasmBackend } from '../../src/common/tfjs-wasm.js';
import { shownAs } from '../../src/features/crop-sides.js';
import { FACE_CROPS, FACE_SIZE } from '../../src/features/types.js';
import type { NamedWeights } from '../../src/inference/model-format.js';
import { fusionNetwork } from '../../src/inference/network/fusion-network.js';
import { toNetworkBatch } from '../../src/inference/network/batch.js';
import { EMBEDDING } from '../../src/inference/network/sizes.js';
import { fullWindow } from '../../src/inference/full-window.js';
import { foldBatchNorm } from '../../src/training/fold.js';
import { encodeFaces, encodeVoices, heardBursts, joinSets, type EncodedSet } from '../../src/training/fusion-data.js';
import { TripleSampler, tripleKey } from '../../src/training/fusion-sampler.js';
import { predictFaces } from '../../src/training/predict.js';
import { Rng } from '../../src/training/rng.js';
import { calibrate } from '../../src/training/calibrate-fusion.js';
import { TrainingLayers } from '../../src/training/training-layers.js';
import { meanEncoder } from './support/mean-encoder.js';

const PIXELS = FACE_SIZE * FACE_SIZE;
const RATE = 16_000;
let folded: ReadonlyMap<string, NamedWeights>;

beforeAll(async () => {
  await useWasmBackend();
  // Which has the gradients' kernels that variables are made with.
  await tf.setBackend('cpu');
  const layers = new TrainingLayers(new Rng(3));
  layers.training = false;
  tf.tidy(() => void fusionNetwork(layers, toNetworkBatch([fullWindow(0)])));
  folded = foldBatchNorm(layers.snapshot());
  layers.dispose();
  await tf.setBackend('wasm');
});

const part = (embedding: Float32Array, k: number, width: number) => [...embedding.subarray(k * width, (k + 1) * width)];

describe('a face as fusion sees it', () => {
  it('is the picture as it is, then mirrored, as in a call that sees nothing else', () => {
    const rng = new Rng(5);
    const images = Uint8Array.from({ length: 2 * PIXELS }, () => rng.below(256));
    const set = { images, targets: new Float32Array(14), majority: Int32Array.of(1, 2) };
    const { labels, embeddings } = encodeFaces(folded, set, 'fit', rng);
    expect(labels).toEqual([1]);
    expect(embeddings[0]!.length).toBe(FACE_CROPS * EMBEDDING);
    const image = images.subarray(0, PIXELS);
    for (const [k, side] of (['plain', 'mirrored'] as const).entries()) {
      const alone = predictFaces(folded, shownAs(image, side)).embeddings;
      part(embeddings[0]!, k, EMBEDDING).forEach((value, i) => expect(value).toBeCloseTo(alone[i]!, 4));
    }
    expect(part(embeddings[0]!, 0, EMBEDDING)).not.toEqual(part(embeddings[0]!, 1, EMBEDDING));
  });
});

describe('a voice as fusion sees it', () => {
  it('is there as encoders hear it, and as where there are none', async () => {
    const set = {
      samples: Int16Array.from({ length: 2 * RATE }, (_, i) => 9000 * Math.sin(i / (7 + i / RATE))),
      offsets: Int32Array.of(0, 2 * RATE),
      labels: Int32Array.of(4),
      speakers: Int32Array.of(115),
    };
    const both = await encodeVoices(folded, set, [0], new Rng(6), meanEncoder());
    const alone = await encodeVoices(folded, set, [0], new Rng(6), null);
    const windows = alone.labels.length;
    expect(both.labels).toEqual(Array.from({ length: 2 * windows }, () => 4));
    expect(both.heard).toEqual(both.labels.map((_, i) => i >= windows));
    expect(both.embeddings.slice(0, windows)).toEqual(alone.embeddings);
    expect(both.quality.slice(windows)).toEqual(alone.quality);
    // The encoders' parts are the last two of four.
    const width = EMBEDDING / 4;
    both.embeddings.forEach((embedding, i) => {
      const used = [2, 3].map((k) => part(embedding, k, width).some((value) => value !== 0));
      expect(used).toEqual(i < windows ? [false, false] : [true, true]);
    });
  });
});

describe('the calibration of fusion', () => {
  const rng = new Rng(8);
  const COUNT = 120;
  const fractions = (count: number) => Array.from({ length: count }, () => rng.next());
  const setOf = (rows: number, qualities: number, heard?: boolean): EncodedSet => ({
    labels: Array.from({ length: COUNT }, (_, i) => i % EMOTIONS.length),
    embeddings: Array.from({ length: COUNT }, () =>
      Float32Array.from({ length: rows * EMBEDDING }, () => Math.max(0, 2 * rng.normal())),
    ),
    quality: Array.from({ length: COUNT }, () => fractions(qualities)),
    ...(heard === undefined ? {} : { heard: Array.from({ length: COUNT }, () => heard) }),
  });

  /** Labels are what the voice's head answers. */
  function knowing(set: EncodedSet): EncodedSet {
    const { values: kernel } = folded.get('voice/logits/kernel')!;
    const answer = (embedding: Float32Array): number => {
      const logits = EMOTIONS.map((_, k) =>
        embedding.reduce((sum, value, d) => sum + value * kernel[d * EMOTIONS.length + k]!, 0),
      );
      return logits.indexOf(Math.max(...logits));
    };
    return { ...set, labels: set.embeddings.map(answer) };
  }

  it('keeps voices that encoders heard apart from those that they did not', () => {
    const sets = {
      face: setOf(FACE_CROPS, 4),
      voice: joinSets(setOf(1, 3, false), knowing(setOf(1, 3, true))),
      words: setOf(1, 2),
    };
    const sampler = new TripleSampler(sets, rng.fork());
    const triples = Array.from({ length: 3000 }, () => sampler.draw(0, 0.4));
    const keys = new Set(triples.map((triple) => tripleKey(triple, sets)));
    for (const key of ['voice', 'voiceHeard', 'face+voiceHeard', 'face+voice+words', 'face+voiceHeard+words'])
      expect(keys).toContain(key);
    const log: string[] = [];
    const found = calibrate({
      ...{ weights: folded, sampler, triples, halves: [sets], leftOut: null },
      log: (line) => log.push(line),
    });
    // Always right: as sure as can be. Right by chance: as unsure.
    expect(found.voiceHeard).toBeLessThan(found.voice / 3);
    expect(Object.keys(found.fused)).toEqual(expect.arrayContaining([...keys]));
    expect(found.fused['voiceHeard']).toBe(found.voiceHeard);
    expect(found.uncertainBelow).toMatchObject({ fused: expect.any(Number) as unknown });
    expect(log.filter((line) => line.startsWith('temperature of voiceHeard:'))).toHaveLength(1);
  });

  it('is of speech: bursts are fused by a name of their own, and of them only what encoders heard', () => {
    const speech = joinSets(setOf(1, 3, false), knowing(setOf(1, 3, true)));
    // Right by chance: with them among the voices these would be far less sure.
    const bursts = heardBursts(joinSets(setOf(1, 3, false), setOf(1, 3, true)));
    expect(bursts.labels).toHaveLength(COUNT);
    const sets = { face: setOf(FACE_CROPS, 4), voice: joinSets(speech, bursts), words: setOf(1, 2) };
    const sampler = new TripleSampler(sets, rng.fork());
    const triples = Array.from({ length: 3000 }, () => sampler.draw(0, 0.4));
    const keys = new Set(triples.map((triple) => tripleKey(triple, sets)));
    for (const key of ['burst', 'face+burst', 'face+burst+words']) expect(keys).toContain(key);
    const found = calibrate({
      ...{ weights: folded, sampler, triples, halves: [sets], leftOut: null },
      log: () => undefined,
    });
    expect(found.voiceHeard).toBeLessThan(found.voice / 3);
    expect(Object.keys({ ...found, ...found.fused }).filter((key) => key.includes('burst'))).toEqual([]);
  });
});
