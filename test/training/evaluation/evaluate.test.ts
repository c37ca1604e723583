import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EMOTIONS } from '../../../src/common/emotions.js';
import { shippedModelFolder } from '../../../src/common/version.js';
import { wordFeatures } from '../../../src/features/tokens.js';
import { FACE_SIZE } from '../../../src/features/types.js';
import { createWasmEngine } from '../../../src/inference/wasm-backend.js';
import { writePrepared } from '../../../src/training/data/prepared.js';
import { evaluate } from '../../../src/training/evaluate.js';
import type { TestFigures } from '../../../src/training/evaluation/test-figures.js';
import { Rng } from '../../../src/training/rng.js';

const CLASSES = EMOTIONS.length;
const LABELS = Int32Array.from({ length: 2 * CLASSES }, (_, i) => i % CLASSES);
const RATE = 16_000;
let folder: string;

/** Two examples of each emotion in every set, of noise: the figures mean nothing, their form is what is tested. */
async function prepareNoise(prepared: string): Promise<void> {
  const rng = new Rng(3);
  const targets = new Float32Array(LABELS.length * CLASSES);
  LABELS.forEach((label, i) => (targets[i * CLASSES + label] = 1));
  for (const split of ['valid', 'test']) {
    const images = Uint8Array.from({ length: LABELS.length * FACE_SIZE ** 2 }, () => rng.below(256));
    await writePrepared(prepared, `ferplus-${split}`, { images, targets, majority: LABELS });
    const words = [...LABELS].map((label, i) => wordFeatures(`this is ${EMOTIONS[label]} text ${i}`, false));
    const tokens = Int32Array.from(words.flatMap((each) => [...each.tokens]));
    const meta = Float32Array.from(words.flatMap((each) => [...each.meta]));
    for (const name of ['goemotions', 'meld']) {
      await writePrepared(prepared, `${name}-${split}`, { tokens, meta, targets, labels: LABELS });
    }
  }
  // The first half of the clips is of a validation speaker, the other of a test speaker.
  for (const [name, speakers] of [
    ['ravdess', [115, 118]],
    ['emodb', [212, 215]],
  ] as const) {
    await writePrepared(prepared, name, {
      samples: Int16Array.from({ length: LABELS.length * RATE }, () => rng.below(20_000) - 10_000),
      offsets: Int32Array.from({ length: LABELS.length + 1 }, (_, i) => i * RATE),
      labels: LABELS,
      speakers: Int32Array.from(LABELS, (_, i) => speakers[i < CLASSES ? 0 : 1]),
    });
  }
}

/** Every answer right with 0.9, but speaker 1's, who is always taken for neutral. */
const folds = {
  command: 'emostream train voice --cross-validate --seed 1',
  seed: 1,
  folds: [[1], [2]],
  rows: [1, 2].flatMap((speaker) =>
    EMOTIONS.map((_, label) => {
      const top = speaker === 1 ? 0 : label;
      return {
        corpus: 'emodb',
        speaker,
        label,
        fold: speaker - 1,
        probabilities: EMOTIONS.map((_, k) => (k === top ? 0.9 : 0.1 / (CLASSES - 1))),
      };
    }),
  ),
};

async function run(out: string, weights: string): Promise<Map<string, string>> {
  await cp(shippedModelFolder(), join(out, 'fusion'), { recursive: true });
  const engine = await createWasmEngine();
  await evaluate({
    prepared: join(folder, 'prepared'),
    weights,
    model: join(out, 'fusion'),
    metrics: join(out, 'metrics.json'),
    engine,
    triples: 10,
    log: () => undefined,
  });
  await engine.dispose();
  const names = (await readdir(out)).filter((name) => name.includes('.'));
  const texts = names.map(async (name) => [name, await readFile(join(out, name), 'utf8')] as const);
  return new Map([...(await Promise.all(texts)), ['card', await readFile(join(out, 'fusion', 'README.md'), 'utf8')]]);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emostream-evaluate-'));
  await prepareNoise(join(folder, 'prepared'));
});
afterAll(() => rm(folder, { recursive: true }));

it(
  'a model is judged on every set: figures, page, pictures and card, the same when run again',
  { timeout: 120_000 },
  async () => {
    const first = await run(join(folder, 'first'), join(folder, 'no-folds'));
    expect(await run(join(folder, 'second'), join(folder, 'no-folds'))).toEqual(first);

    const metrics = JSON.parse(first.get('metrics.json')!) as Record<string, TestFigures>;
    expect(Object.keys(metrics)).toEqual([
      'ferplus_test',
      'ravdess_test',
      'emodb_test',
      'goemotions_ekman_test',
      'goemotions_ekman_single_test',
      'meld_test',
      'synthetic_triples_test',
      'synthetic_conflict_face_test',
      'synthetic_conflict_voice_test',
      'synthetic_conflict_words_test',
    ]);
    for (const figures of Object.values(metrics)) {
      expect(figures.reliability.reduce((sum, { n }) => sum + n, 0)).toBe(figures.n);
      expect(figures.ci95.accuracy[0]).toBeLessThanOrEqual(figures.accuracy);
      expect(figures.ci95.accuracy[1]).toBeGreaterThanOrEqual(figures.accuracy);
      // Fusion passes a lone modality's answer on.
      if (figures.own_head) expect(figures.accuracy).toBe(figures.own_head.accuracy);
    }
    expect([metrics['ferplus_test']!.n, metrics['ravdess_test']!.n]).toEqual([2 * CLASSES, CLASSES]);
    expect(Object.keys(metrics['synthetic_triples_test']!.present!)).toHaveLength(7);

    const page = first.get('README.md')!;
    expect(page).toContain('**not measured** in this run');
    expect(page).toContain('Not measured.'); // the peers
    for (const [, link] of page.matchAll(/\]\((\w[\w-]*\.svg)\)/gu)) expect(first.has(link!)).toBe(true);
    expect(first.get('card')).toMatch(/### Face[\s\S]*### Voice[\s\S]*### Words[\s\S]*### Fusion/u);
    for (const text of first.values()) expect(text).not.toMatch(/undefined|NaN/u);
  },
);

it(
  'cross-validation is read where it was run, and a spoilt file is refused before the work',
  { timeout: 120_000 },
  async () => {
    const weights = await mkdtemp(join(folder, 'weights-'));
    await writeFile(join(weights, 'voice.folds.json'), JSON.stringify(folds));
    const written = await run(join(folder, 'third'), weights);
    const metrics = JSON.parse(written.get('metrics.json')!) as Record<string, TestFigures>;
    // Speaker 2: 7 of 7; speaker 1: the neutral one of 7.
    expect(metrics['emodb_loso']).toMatchObject({
      n: 14,
      accuracy: 0.5714,
      uar: 0.5714,
      certain: null,
      own_head: null,
    });
    expect(metrics['emodb_loso']!.resampled).toContain('2 speakers are too few');
    expect(metrics).not.toHaveProperty('ravdess_by_actor');

    await writeFile(join(weights, 'voice.folds.json'), '{"rows": 1}');
    await expect(run(join(folder, 'fourth'), weights)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  },
);
