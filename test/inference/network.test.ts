import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MODALITIES } from '../../src/common/emotions.js';
import { HEARD_PER_SECOND, HEARD_STEPS, HEARD_WIDTH, WORD_BUCKETS, type Heard } from '../../src/features/types.js';
import { useWasmBackend } from '../../src/common/tfjs-wasm.js';
import { encodeModel, loadModel } from '../../src/inference/model-format.js';
import { toNetworkBatch, type NetworkBatch } from '../../src/inference/network/batch.js';
import { fewShapes } from '../../src/inference/network/batch-parts.js';
import { fusionNetwork } from '../../src/inference/network/fusion-network.js';
import { uploadTogether } from '../../src/inference/network/upload.js';
import { scoresOf } from '../../src/inference/scores-of.js';
import { TfjsEngine } from '../../src/inference/tfjs-engine.js';
import type { EmotionScores, ModelInput } from '../../src/inference/types.js';
import { expectClose, face, heardAs, MIXED, someLayers, voice, words, written } from './support/random-networks.js';

let folder: string;
let engine: TfjsEngine;

beforeAll(async () => {
  await useWasmBackend();
  await tf.setBackend('cpu');
  folder = await written('network', someLayers());
  await tf.setBackend('wasm');
  engine = new TfjsEngine('wasm');
  await engine.load(folder);
});
afterAll(() => rm(folder, { recursive: true }));

describe('the fusion network', () => {
  it('gives the same numbers on the WebAssembly and the plain JavaScript backend', async () => {
    const onWasm = await scoresOf(engine, MIXED);
    await tf.setBackend('cpu');
    const plain = new TfjsEngine('wasm');
    await plain.load(folder);
    const onCpu = await scoresOf(plain, MIXED);
    await plain.dispose();
    await tf.setBackend('wasm');
    expectClose(onWasm, onCpu, 1e-4);
  });

  it('computes the same with folded weights as the layers it was trained with', async () => {
    const present = MIXED.filter((_, i) => i !== 1);
    await tf.setBackend('cpu');
    const layers = someLayers();
    const logits = tf.tidy(() => fusionNetwork(layers, toNetworkBatch(present)).fused.logits.arraySync());
    layers.dispose();
    await tf.setBackend('wasm');
    const scores = await scoresOf(engine, present);
    scores.forEach(({ probabilities }, row) => {
      // Without temperature, differences of log probabilities are differences of logits.
      const [p, l] = [probabilities!, logits[row]!];
      p.forEach((value, i) => expect(Math.log(value / p[0]!)).toBeCloseTo(l[i]! - l[0]!, 2));
    });
  });

  it('answers each window the same whoever else is in the batch', async () => {
    const together = await scoresOf(engine, MIXED);
    const alone: EmotionScores[] = [];
    for (const input of MIXED) alone.push(...(await scoresOf(engine, [input])));
    expectClose(together, alone, 1e-5);
    expectClose(await scoresOf(engine, [...MIXED].reverse()), [...together].reverse(), 1e-5);
  });

  it('answers the same where encoders get rows padded, and gives them few shapes', async () => {
    // The rows are the affair of engines that prepare themselves for shapes; the backend stays this one.
    const padding = new TfjsEngine('webgpu', { kind: 'gpu', name: 'none' });
    await padding.load(folder);
    expectClose(await scoresOf(padding, MIXED), await scoresOf(engine, MIXED), 1e-5);
    await padding.dispose();
    const rows = MIXED.map((_, i) =>
      tf.tidy(() => {
        const batch = toNetworkBatch(MIXED.slice(i), fewShapes);
        return [batch.face?.x.shape[0], batch.voice?.x.shape[0], batch.words?.ids.shape[0], batch.words?.meta.shape[0]];
      }),
    );
    expect(new Set(rows.flat())).toEqual(new Set([8, 4, 2, 1, undefined]));
  });

  it('gets to a GPU in one upload, and is the same there', () => {
    const made: number[] = [];
    const { makeTensor } = tf.engine();
    tf.engine().makeTensor = function (values, ...rest) {
      made.push(values.length);
      return makeTensor.call(this, values, ...rest);
    };
    try {
      tf.tidy(() => {
        const flat = (batch: NetworkBatch): [string, number[], string, number[]][] =>
          [batch, batch.face!, batch.voice!, batch.voice!.heard!, batch.words!].flatMap((part) =>
            Object.entries(part).flatMap(([name, value]: [string, unknown]) =>
              value instanceof tf.Tensor ? [[name, value.shape, value.dtype, [...value.dataSync()]] as const] : [],
            ),
          ) as never;
        const each = flat(toNetworkBatch(MIXED, fewShapes));
        expect(each).toHaveLength(12);
        const separately = made.splice(0);
        const together = flat(toNetworkBatch(MIXED, fewShapes, uploadTogether));
        expect(made).toEqual([separately.reduce((sum, length) => sum + length, 0)]);
        expect(together).toEqual(each);
      });
    } finally {
      tf.engine().makeTensor = makeTensor;
    }
  });

  it('says nothing about nobody, and gives all weight to the only one present', async () => {
    const [, nobody, faceOnly] = await scoresOf(engine, MIXED);
    expect(nobody).toEqual({
      probabilities: null,
      valence: null,
      arousal: null,
      confidence: 0,
      uncertain: true,
      weights: { face: 0, voice: 0, words: 0 },
      modalities: { face: null, voice: null, words: null },
    });
    expect(faceOnly!.weights).toEqual({ face: 1, voice: 0, words: 0 });
    expect(faceOnly!.modalities.voice).toBeNull();
  });

  it('asks of each modality alone, and of several, to be as sure as its own threshold says', async () => {
    const whole = MIXED.find(({ face, voice, words }) => face && voice && words)!;
    const none = { face: null, voice: null, words: null };
    const [face, voice, words, pair] = await scoresOf(engine, [
      ...[
        { ...none, face: whole.face },
        { ...none, voice: whole.voice },
        { ...none, words: whole.words },
      ],
      { ...whole, words: null },
    ]);
    expect([face!.uncertain, voice!.uncertain, words!.uncertain]).toEqual([false, true, false]);
    expect(pair!.uncertain).toBe(pair!.confidence < 0.5);
  });

  it('gives distributions, and weights that sum to 1 over those present', async () => {
    for (const scores of await scoresOf(
      engine,
      MIXED.filter((_, i) => i !== 1),
    )) {
      const own = MODALITIES.flatMap((modality) => scores.modalities[modality] ?? []);
      expect([...scores.probabilities!, ...own].every((p) => p >= 0 && p <= 1)).toBe(true);
      expect(scores.probabilities!.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
      expect(MODALITIES.reduce((sum, modality) => sum + scores.weights[modality], 0)).toBeCloseTo(1, 5);
      expect(scores.confidence).toBe(Math.max(...scores.probabilities!));
      expect(Math.abs(scores.valence!)).toBeLessThanOrEqual(1);
    }
  });

  it('hears what encoders heard, and answers without it; what was not encoded counts for nothing', async () => {
    const whole = voice(2);
    const alone = (heard: Heard | null): ModelInput => ({ face: null, voice: { ...whole, heard }, words: null });
    const strange = whole.heard!.frames.map((value, i) => (i < HEARD_PER_SECOND * HEARD_WIDTH ? 9 : value));
    const newest = whole.heard!.present.map((there, i) => (i < 2 * HEARD_PER_SECOND ? 0 : there));
    const inputs = [null, whole.heard!, { ...whole.heard!, frames: strange }, { ...whole.heard!, present: newest }];
    const answers = await scoresOf(engine, inputs.map(alone));
    const [without, heard, masked, one] = answers.map(({ modalities }) => modalities.voice!);
    const difference = (a: number[], b: number[]) => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
    expect(difference(heard!, masked!)).toBeLessThan(1e-6);
    for (const other of [without!, one!]) expect(difference(heard!, other)).toBeGreaterThan(1e-3);
  });

  it('has temperatures of its own for a voice of which anything was heard, measured or encoded before', async () => {
    const input: ModelInput = { face: null, voice: voice(1), words: words(3) };
    const deaf: ModelInput = { ...input, voice: { ...input.voice!, heard: null } };
    const hot = await written('hot', someLayers(), { voiceHeard: 2, fused: { 'voiceHeard+words': 4 } });
    const other = new TfjsEngine('wasm');
    await other.load(hot);
    const logits = (p: number[]) => p.map((value) => Math.log(value / p[0]!));
    const [plain, plainDeaf] = await scoresOf(engine, [input, deaf]);
    const judged = await other.run([input, deaf]);
    const kept = { encoded: judged[0]!.encoded.voice!, quality: input.voice!.quality, heard: true };
    const [again] = await other.run([{ ...input, voice: kept }]);
    for (const { scores } of [judged[0]!, again!]) {
      logits(plain!.modalities.voice!).forEach((l, i) =>
        expect(logits(scores.modalities.voice!)[i]).toBeCloseTo(l / 2, 3),
      );
      logits(plain!.probabilities!).forEach((l, i) => expect(logits(scores.probabilities!)[i]).toBeCloseTo(l / 4, 3));
    }
    expectClose([judged[1]!.scores], [plainDeaf!], 1e-5);
    await other.dispose();
    await rm(hot, { recursive: true });
  });

  it('made where no encoder was, takes what was heard for nothing', async () => {
    const deaf = MIXED.map((input) => ({ ...input, voice: input.voice && { ...input.voice, heard: null } }));
    const older = await written('older', someLayers(deaf));
    const other = new TfjsEngine('wasm');
    expect((await other.load(older)).hears).toBe(false);
    expect((await engine.load(folder)).hears).toBe(true);
    expectClose(await scoresOf(other, MIXED), await scoresOf(other, deaf), 1e-9);
    await other.dispose();
    await rm(older, { recursive: true });
  });

  it('gets nothing of what encoders hear where nobody was heard', () => {
    const heardBy = (inputs: ModelInput[]) =>
      tf.tidy(() => toNetworkBatch(inputs, fewShapes).voice?.heard?.frames.shape);
    expect(heardBy(MIXED.slice(1))).toBeUndefined();
    expect(heardBy(MIXED)).toEqual([2, HEARD_STEPS, HEARD_WIDTH]);
  });

  it('leaves no tensor behind, in use or when loaded again', async () => {
    await engine.warmUp([1, 3]);
    const { tensors } = await engine.memory();
    for (let i = 0; i < 3; i++) await scoresOf(engine, MIXED.slice(i));
    await engine.load(folder);
    expect((await engine.memory()).tensors).toBe(tensors);
    const other = new TfjsEngine('wasm');
    await other.load(folder);
    await other.dispose();
    expect((await engine.memory()).tensors).toBe(tensors);
  });

  it.each<[string, ModelInput, RegExp]>([
    [
      'a NaN in the sound',
      { face: null, voice: { ...voice(), logMel: new Float32Array(19_200).fill(NaN) }, words: null },
      /finite/u,
    ],
    ['a wrong shape', { face: null, voice: { ...voice(), logMel: new Float32Array(100) }, words: null }, /100 values/u],
    [
      'a NaN in what was heard',
      { face: null, voice: heardAs({ frames: new Float32Array(HEARD_STEPS * HEARD_WIDTH).fill(NaN) }), words: null },
      /heard\.frames holds a value that is not finite/u,
    ],
    [
      'frames of another size',
      { face: null, voice: heardAs({ frames: new Float32Array(7) }), words: null },
      /frames has 7/u,
    ],
    ['presence of another size', { face: null, voice: heardAs({ present: Uint8Array.of(1) }), words: null }, /has 1/u],
    [
      'presence by halves',
      { face: null, voice: heardAs({ present: new Uint8Array(HEARD_STEPS).fill(2) }), words: null },
      /0 and 1/u,
    ],
    [
      'nothing heard that is not null',
      { face: null, voice: heardAs({ present: new Uint8Array(HEARD_STEPS) }), words: null },
      /nothing was heard/u,
    ],
    ['too few pixels', { face: { ...face(2)!, count: 3 }, voice: null, words: null }, /face\.crops/u],
    ['no crops', { face: { ...face(1)!, count: 0 }, voice: null, words: null }, /face\.count/u],
    [
      'an unknown id',
      { face: null, voice: null, words: { ...words(1)!, tokens: new Int32Array(256).fill(WORD_BUCKETS) } },
      /id outside/u,
    ],
    [
      'a quality of NaN',
      { face: { ...face(1)!, quality: [0, NaN, 0, 0] }, voice: null, words: null },
      /face\.quality/u,
    ],
  ])('refuses %s', async (_, input, message) => {
    const { tensors } = await engine.memory();
    await expect(scoresOf(engine, [MIXED[0]!, input])).rejects.toMatchObject({
      code: 'WINDOW_INVALID',
      message: expect.stringMatching(message),
    });
    expect((await engine.memory()).tensors).toBe(tensors);
  });

  it('refuses a model whose weights are finite and give values that are not', async () => {
    const { tensors } = await engine.memory();
    const other = await mkdtemp(join(tmpdir(), 'emostream-overflow-'));
    const { manifest, weights } = await loadModel(folder);
    weights.get('face/logits/kernel')!.values.fill(3e38);
    const { name, version, calibration } = manifest;
    const made = encodeModel({ name, version, calibration }, weights, () => 'float32');
    await writeFile(join(other, 'model.json'), JSON.stringify(made.manifest));
    await writeFile(join(other, 'weights.bin'), made.data);
    await expect(engine.load(other)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining(other) as string,
    });
    expect((await engine.memory()).tensors).toBe(tensors);
    await rm(other, { recursive: true });
  });

  it('refuses a model whose weights are of another network, and keeps the one it has', async () => {
    const other = await mkdtemp(join(tmpdir(), 'emostream-other-'));
    const calibration = {
      fused: {},
      face: 1,
      voice: 1,
      words: 1,
      uncertainBelow: { face: 0.5, voice: 0.5, words: 0.5, fused: 0.5 },
    };
    const strange = new Map([['face/stem/kernel', { shape: [1, 1], values: Float32Array.of(1) }]]);
    const { manifest, data } = encodeModel({ name: 'other', version: '1', calibration }, strange, () => 'float32');
    await writeFile(join(other, 'model.json'), JSON.stringify(manifest));
    await writeFile(join(other, 'weights.bin'), data);
    const before = await scoresOf(engine, MIXED);
    await expect(engine.load(other)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    expectClose(await scoresOf(engine, MIXED), before, 1e-9);
    await rm(other, { recursive: true });
  });
});
