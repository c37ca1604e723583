import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FACE_SIZE, MEL_BANDS, MEL_FRAMES, WORD_ROW, WORD_TOKENS } from '../../src/features/types.js';
import { toNetworkBatch } from '../../src/inference/network/batch.js';
import { fusionNetwork } from '../../src/inference/network/fusion-network.js';
import { scoresOf } from '../../src/inference/scores-of.js';
import type { ModelInput } from '../../src/inference/types.js';
import { createWasmEngine } from '../../src/inference/wasm-backend.js';
import { writeCalibration } from '../../src/training/calibration-store.js';
import { exportModel, type Provenance } from '../../src/training/export-model.js';
import { WHAT_WOULD_CHANGE_IT } from '../../src/training/evaluation/for-whom.js';
import type { TestFigures } from '../../src/training/evaluation/test-figures.js';
import { modelCard } from '../../src/training/model-card.js';
import { Rng } from '../../src/training/rng.js';
import { TrainingLayers } from '../../src/training/training-layers.js';
import { PARTS, type Part } from '../../src/training/train-part.js';
import { readWeights, writeWeights, type TrainingRecord } from '../../src/training/weights-store.js';

const INPUT: ModelInput = {
  face: {
    crops: Uint8Array.from({ length: FACE_SIZE * FACE_SIZE }, (_, i) => (i * 37) % 256),
    count: 1,
    quality: [0.5, 0.5, 0.5, 0.5],
    box: { x: 0, y: 0, width: 1, height: 1 },
  },
  voice: {
    logMel: Float32Array.from({ length: MEL_FRAMES * MEL_BANDS }, (_, i) => (i % 7) - 3),
    quality: [1, 1, 1],
    heard: null,
  },
  words: { tokens: new Int32Array(WORD_TOKENS * WORD_ROW).fill(5), count: 32, meta: [0, 1, 0, 0], quality: [1, 1] },
};

const record = (part: Part): TrainingRecord => ({
  part,
  command: `emostream train ${part} --seed 1`,
  seed: 1,
  epochs: 10,
  bestEpoch: 7,
  validationScore: 0.5,
  cpuSeconds: 600,
  corpora: [`corpus of ${part}`],
  finishedAt: '2026-01-01T00:00:00.000Z',
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emostream-export-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('exporting a model', () => {
  it('puts trained parts together into a folder that the engine loads and that computes what training did', async () => {
    const engine = await createWasmEngine();
    const layers = new TrainingLayers(new Rng(2));
    tf.tidy(() => void fusionNetwork(layers, toNetworkBatch([INPUT, INPUT])));
    layers.training = false;
    const expected = tf.tidy(() => fusionNetwork(layers, toNetworkBatch([INPUT])).fused.logits.dataSync());
    const all = [...layers.snapshot()];
    const isFusion = (name: string): boolean => name.startsWith('fusion/') || name.startsWith('face/crop-score/');
    for (const part of PARTS) {
      const own = all.filter(([name]) =>
        part === 'fusion' ? isFusion(name) : name.startsWith(part) && !isFusion(name),
      );
      await writeWeights(join(folder, 'weights'), new Map(own), record(part));
    }
    const calibration = {
      fused: {},
      face: 1,
      voice: 1,
      words: 1,
      uncertainBelow: { face: 0.4, voice: 0.4, words: 0.4, fused: 0.4 },
    };
    await writeCalibration(join(folder, 'weights'), calibration);
    const out = join(folder, 'model');
    await exportModel({ weights: join(folder, 'weights'), out, version: '9.9.9', log: () => undefined });

    expect(await engine.load(out)).toEqual({ name: 'emostream-fusion', version: '9.9.9', hears: false });
    const [scores] = await scoresOf(engine, [INPUT]);
    const p = scores!.probabilities!;
    p.forEach((value, i) => expect(Math.log(value / p[0]!)).toBeCloseTo(expected[i]! - expected[0]!, 1));
    const provenance = JSON.parse(await readFile(join(out, 'training.json'), 'utf8')) as Provenance;
    expect(provenance.parts).toEqual(PARTS.map(record));
    layers.dispose();
    await engine.dispose();
  });

  it('without a trained part says which command trains it', async () => {
    await expect(readWeights(join(folder, 'empty'), 'voice')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/emostream train voice/u),
    });
  });
});

describe('the model card', () => {
  it('tells commands, figures, terms and limits', () => {
    const provenance = { version: '9.9.9', bytes: 5_000_000, parameters: 2_500_000, parts: PARTS.map(record) };
    const figures: TestFigures = {
      accuracy: 0.8123,
      uar: 0.7,
      macro_f1: 0.6,
      weighted_f1: 0.8,
      ece: 0.03,
      ece_by_chance: 0.02,
      ci95: { accuracy: [0.8, 0.83], uar: [0.6, 0.8], macro_f1: [0.5, 0.7], weighted_f1: [0.7, 0.9] },
      resampled: 'clip',
      confusion: null,
      reliability: [],
      n: 1234,
      recall: [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, null],
      certain: { coverage: 0.6, accuracy: 0.9 },
      own_head: { accuracy: 0.8, uar: 0.7 },
      protocol: 'judged by hand',
    };
    const card = modelCard(
      provenance,
      { some_test: figures },
      { face: { parameters: 652_000, bytes: 1_300_000, flop: 25_400_000 } },
    );
    for (const text of [
      '9.9.9',
      '`emostream train face --seed 1`',
      '7 of 10',
      '81.2',
      '1234',
      'judged by hand',
      'CC BY-NC-SA',
      'Art. 5',
      '652,000 parameters, 1.30 MB, 25.4 MFLOP per crop',
      'float16',
    ]) {
      expect(card).toContain(text);
    }
    expect(card).not.toMatch(/undefined|NaN/u);
    // Only as what would allow commercial use.
    expect(card.replace(WHAT_WOULD_CHANGE_IT, '')).not.toMatch(/IEMOCAP|CREMA-D|--corpus/u);
  });

  it('tells the terms of added corpora, also of those of a run that this one went on from', () => {
    const parts = PARTS.map(record);
    const [face, voice, ...rest] = parts as [TrainingRecord, TrainingRecord, ...TrainingRecord[]];
    const provenance = {
      ...{ version: '9.9.9', bytes: 5_000_000, parameters: 2_500_000 },
      parts: [
        { ...face, corpora: ['FER+', 'CREMA-D'] },
        { ...voice, corpora: ['EMO-DB'], before: { ...voice, corpora: ['EMO-DB', 'IEMOCAP'] } },
        ...rest,
      ],
    };
    const card = modelCard(provenance, {}, {});
    expect(card).toContain('`emostream data prepare --data DIR --corpus cremad=FOLDER --corpus iemocap=FOLDER`');
    expect(card).toContain('| CREMA-D (Cao et al. 2014) | ODbL 1.0 |\n| IEMOCAP (Busso et al. 2008) | by agreement');
    expect(card).toContain('**IEMOCAP: the terms do not allow commercial use');
    expect(card).toMatch(/### Face[^#]*Data and terms: FER\+ \([^)]*\); CREMA-D \(ODbL 1.0\)\./u);
    expect(card).toMatch(/### Voice[^#]*Data and terms: [^.]*; IEMOCAP \([^)]*\*\*no commercial use\*\*\)\./u);
    expect(card).not.toMatch(/undefined|NaN/u);
  });
});
