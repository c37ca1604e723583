import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
// Registers the gradients of the core operations.
import '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logMel, windowLevel } from '../../src/features/log-mel.js';
import { MEL_BANDS, MEL_FRAMES } from '../../src/features/types.js';
import type { NamedWeights } from '../../src/inference/model-format.js';
import { EMBEDDING } from '../../src/inference/network/sizes.js';
import { MEL_NETWORKS, melParts, voiceEncoder, VOICE_PARTS } from '../../src/inference/network/voice-encoder.js';
import { readPrepared, writePrepared } from '../../src/training/data/prepared.js';
import type { SpeechSet } from '../../src/training/data/speech.js';
import { foldBatchNorm } from '../../src/training/fold.js';
import { STATISTICS, type HeardRows } from '../../src/training/heard/heard-rows.js';
import { packLogMel, runsOf, type LogMelRun } from '../../src/training/log-mel/pack.js';
import { readLogMel, withLogMel } from '../../src/training/log-mel/trained.js';
import { predictVoices } from '../../src/training/predict.js';
import { Rng } from '../../src/training/rng.js';
import { clipSamples } from '../../src/training/splits.js';
import { trainOnVoices } from '../../src/training/train-voice.js';
import { TrainingLayers } from '../../src/training/training-layers.js';
import type { VoiceExample } from '../../src/training/voice-examples.js';
import { prepareBuiltIn } from './support/built-in.js';

const WIDTH = EMBEDDING / VOICE_PARTS;
const WINDOWS = 3;
const SCRIPTS = fileURLToPath(new URL('../../scripts/log-mel', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emostream-log-mel-'));
  await tf.setBackend('cpu');
  await prepareBuiltIn(folder);
});
afterAll(() => rm(folder, { recursive: true }));

/** Two networks as train.py leaves them, with statistics that are not those of the beginning. */
function networks(seed: number): Map<string, NamedWeights> {
  const rng = new Rng(seed);
  const layers = new TrainingLayers(new Rng(seed));
  tf.tidy(() => void melParts(layers, tf.randomNormal([4, MEL_FRAMES, MEL_BANDS, 1], 0, 1, 'float32', seed), WIDTH));
  const weights = layers.snapshot();
  layers.dispose();
  for (const [name, { values }] of weights) {
    // Gains, shifts and biases away from 1 and 0, so that each counts.
    if (!name.endsWith('/kernel')) values.forEach((value, i) => (values[i] = value + rng.between(0.1, 0.4)));
  }
  for (const network of MEL_NETWORKS) {
    for (const [head, size] of Object.entries({ logits: 7, affect: 2 })) {
      const values = Float32Array.from({ length: WIDTH * size }, () => rng.normal());
      weights.set(`${network}/${head}/kernel`, { shape: [WIDTH, size], values });
    }
  }
  return weights;
}

async function keep(name: string, weights: Map<string, NamedWeights>, speakers: number[]): Promise<void> {
  await writePrepared(
    folder,
    `log-mel-${name}`,
    Object.fromEntries([...weights].map(([key, { values }]) => [key, values])),
  );
  const record = {
    ...{ seed: 1, speakers, steps: 2, batch: 4, seconds: 1, runs: 1, device: 'none', jax: '0', finishedAt: 'now' },
  };
  const shapes = Object.fromEntries([...weights].map(([key, { shape }]) => [key, shape]));
  await writeFile(join(folder, `log-mel-${name}.record.json`), JSON.stringify({ record, shapes }));
}

const windows = Float32Array.from({ length: WINDOWS * MEL_FRAMES * MEL_BANDS }, (_, i) => {
  const [frame, band] = [Math.floor(i / MEL_BANDS), i % MEL_BANDS];
  return (Math.sin(frame / 15) > 0 ? 0 : -1.2) + 0.8 * Math.sin(band / 5 + frame / 9) + 0.3 * Math.sin(frame * band);
});

/** A whole voice with the networks in it, and with other numbers where the encoders' read-outs are. */
function voiceWith(weights: Map<string, NamedWeights>): Map<string, NamedWeights> {
  const rng = new Rng(9);
  const layers = new TrainingLayers(new Rng(5));
  tf.tidy(() => void voiceEncoder(layers, tf.zeros([1, MEL_FRAMES, MEL_BANDS, 1]), null));
  layers.dispose();
  const dense = (shape: number[]): NamedWeights => ({
    shape,
    values: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.normal()),
  });
  const heads = new Map([
    ['voice/logits/kernel', dense([EMBEDDING, 7])],
    ['voice/affect/kernel', dense([EMBEDDING, 2])],
    ['voice/logits/bias', { shape: [7], values: new Float32Array(7) }],
    ['voice/affect/bias', { shape: [2], values: new Float32Array(2) }],
  ]);
  return foldBatchNorm(withLogMel(heads, weights));
}

describe('the networks on log-mel that are trained on a GPU', () => {
  it('are told of every clip to an eighth of a nat, and of no loudness', async () => {
    const out = join(folder, 'packed');
    await packLogMel({ prepared: folder, out, seed: 1, log: () => undefined });
    const { mel, offsets, labels } = await readPrepared<{ mel: Uint8Array; offsets: Int32Array; labels: Int32Array }>(
      out,
      'log-mel',
    );
    const told = inflateSync(mel);
    for (let i = 0; i < told.length; i++) if (i % MEL_BANDS > 0) told[i]! += told[i - 1]!;
    for (let i = MEL_BANDS; i < told.length; i++) told[i]! += told[i - MEL_BANDS]!;
    const sets = await Promise.all(['ravdess', 'emodb', 'nemo'].map((name) => readPrepared<SpeechSet>(folder, name)));
    let clip = 0;
    for (const set of sets) {
      for (let own = 0; own < set.labels.length; own++, clip++) {
        const { mel: expected, frames } = logMel(clipSamples(set, own));
        const level = windowLevel(expected, frames);
        expect(offsets[clip + 1]! - offsets[clip]!).toBe(frames);
        expect(labels[clip]).toBe(set.labels[own]);
        const from = offsets[clip]! * MEL_BANDS;
        const worst = expected.reduce((most, value, i) => {
          const relative = Math.min(Math.max(value - level, -10), 9);
          return Math.max(most, Math.abs(told[from + i]! * 0.25 - 10 - relative));
        }, 0);
        expect(worst).toBeLessThanOrEqual(0.1251);
      }
    }
    expect(clip).toBe(offsets.length - 1);
    const { runs } = JSON.parse(await readFile(join(out, 'log-mel-plan.json'), 'utf8')) as { runs: LogMelRun[] };
    expect(runs.map(({ name }) => name)).toEqual(
      runsOf(
        sets.map(({ speakers }) => [...speakers]),
        1,
      ).map((run) => run.name),
    );
  });

  it('never hear whom their run holds out', () => {
    const speakers = [
      [101, 102, 103, 115, 118],
      [203, 208, 212, 215],
      [301, 302, 306],
    ];
    const runs = new Map(runsOf(speakers, 1).map((run) => [run.name, run.speakers]));
    expect(runs.get('voice-1')).toEqual([101, 102, 103, 203, 208, 301]);
    expect(runs.get('voice-2')).toEqual(runs.get('voice-1'));
    expect(runs.get('fold-1')).toEqual([103, 115, 118, 208, 212, 215, 302, 306]);
    expect(runs.get('corpus-2')).toEqual([...speakers[0]!, ...speakers[2]!]);
  });

  it('are refused when they heard somebody else, are of another network or have no numbers', async () => {
    const good = networks(1);
    await keep('good', good, [101, 203]);
    expect((await readLogMel(folder, 'good', new Set([101, 203, 301]))).record.steps).toBe(2);
    await expect(readLogMel(folder, 'good', new Set([101]))).rejects.toThrow(
      'heard speakers that are not to be heard: 203',
    );
    await expect(readLogMel(folder, 'absent', new Set([101]))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const narrow = new Map(good).set('voice/plain/score/kernel', { shape: [95, 1], values: new Float32Array(95) });
    await keep('narrow', narrow, [101]);
    await expect(readLogMel(folder, 'narrow', new Set([101]))).rejects.toThrow('voice/plain/score/kernel');
    const more = new Map(good).set('voice/third/score/kernel', { shape: [1], values: new Float32Array(1) });
    await keep('more', more, [101]);
    await expect(readLogMel(folder, 'more', new Set([101]))).rejects.toThrow('voice/third/score/kernel');
    const lost = new Map(good).set('voice/plain/score/bias', { shape: [1], values: Float32Array.of(NaN) });
    await keep('lost', lost, [101]);
    await expect(readLogMel(folder, 'lost', new Set([101]))).rejects.toThrow('voice/plain/score/bias');
  });

  it('stay as they are while the read-outs of what encoders hear are trained', async () => {
    const rng = new Rng(2);
    const n = 16;
    const rows: HeardRows = {
      values: Float32Array.from({ length: n * STATISTICS }, () => rng.normal()),
      clips: Int32Array.from({ length: n }, (_, i) => i),
      chances: new Float32Array(n).fill(1),
    };
    const examples = Array.from({ length: n }, (_, i): VoiceExample => {
      const target = Array.from({ length: 7 }, (_one, k) => (k === i % 7 ? 1 : 0));
      const heard = { rows, from: i, to: i + 1 };
      return { speaker: 101 + (i % 2), label: i % 7, corpus: 0, burst: false, variants: [], target, weight: 1, heard };
    });
    const weights = networks(4);
    await keep('taken', weights, [101, 102]);
    const logMel = await readLogMel(folder, 'taken', new Set([101, 102]));
    const judged: number[] = [];
    const validate = (voice: Map<string, NamedWeights>): { score: number; text: string } => {
      judged.push(voice.size);
      return { score: judged.length, text: '' };
    };
    const options = { seed: 1, epochs: 3, logMel, log: () => undefined };
    const { weights: voice } = await trainOnVoices(examples, options, { validate });
    for (const [name, { values }] of weights) {
      if (!/\/(?:logits|affect)\/kernel$/u.test(name)) expect(voice.get(name)?.values, name).toEqual(values);
    }
    const rowsOf = (from: number, to: number): Float32Array =>
      voice.get('voice/logits/kernel')!.values.slice(from * 7, to * 7);
    expect(rowsOf(0, WIDTH)).toEqual(weights.get('voice/plain/logits/kernel')!.values);
    expect(rowsOf(WIDTH, 2 * WIDTH)).toEqual(weights.get('voice/centred/logits/kernel')!.values);
    expect(voice.get('voice/logits/bias')!.values).toEqual(new Float32Array(7));
    expect(rowsOf(2 * WIDTH, EMBEDDING).some((value) => value !== 0)).toBe(true);
    expect(judged).toEqual([voice.size, voice.size, voice.size]);
    const unheard = examples.map((example) => ({ ...example, heard: null }));
    await expect(trainOnVoices(unheard, options, { validate })).rejects.toThrow('speech install');
  });

  it('say in the voice what they say in JAX', async (context) => {
    try {
      execFileSync('python3', ['-c', 'import jax'], { stdio: 'pipe' });
    } catch {
      console.log('skipped: python3 here has no JAX (pip install jax)');
      context.skip();
    }
    const weights = networks(3);
    await keep('same', weights, [101]);
    const path = join(folder, 'windows.f32');
    await writeFile(path, new Uint8Array(windows.buffer));
    const said = execFileSync('python3', ['answer.py', folder, 'same', path], { cwd: SCRIPTS, encoding: 'utf8' });
    const [plain, centred] = JSON.parse(said) as { logits: number[][]; affect: number[][] }[];
    const { logits } = predictVoices(voiceWith(weights), windows);
    const expected = plain!.logits.flatMap((row, n) => row.map((value, k) => (value + centred!.logits[n]![k]!) / 2));
    const size = Math.max(...expected.map(Math.abs));
    expect(size).toBeGreaterThan(0.1);
    expected.forEach((value, i) => expect(Math.abs(logits[i]! - value) / size).toBeLessThan(1e-3));
  }, 120_000);
});
