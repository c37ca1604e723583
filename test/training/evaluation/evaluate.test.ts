import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EMOTIONS } from '../../../src/common/emotions.js';
import { shippedModelFolder } from '../../../src/common/version.js';
import { FACE_SIZE } from '../../../src/features/types.js';
import { createWasmEngine } from '../../../src/inference/wasm-backend.js';
import { readPrepared, writePrepared } from '../../../src/training/data/prepared.js';
import { toSet } from '../../../src/training/data/text.js';
import { evaluate, refreshFolds } from '../../../src/training/evaluate.js';
import { sentencesSection, withVersion } from '../../../src/training/evaluation/judge-sentences.js';
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
    const words = toSet(
      [...LABELS].map((label, i) => {
        const emotion = EMOTIONS[label]!;
        return { text: `this is ${emotion} text ${i}`, speakerChanged: false, emotions: [emotion] };
      }),
    );
    for (const name of ['goemotions', 'meld']) {
      await writePrepared(prepared, `${name}-${split}`, { ...words });
    }
  }
  // The first half of the clips is of a validation speaker, the other of a test speaker.
  for (const [name, speakers] of [
    ['ravdess', [115, 118]],
    ['emodb', [212, 215]],
    ['nemo', [306, 302]],
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

async function run(
  out: string,
  weights: string,
  { prepared = join(folder, 'prepared'), keepFolds = false } = {},
): Promise<Map<string, string>> {
  await cp(shippedModelFolder(), join(out, 'fusion'), { recursive: true });
  const engine = await createWasmEngine();
  await evaluate({
    prepared,
    weights,
    model: join(out, 'fusion'),
    metrics: join(out, 'metrics.json'),
    engine,
    triples: 10,
    keepFolds,
    log: () => undefined,
  });
  await engine.dispose();
  return filesOf(out);
}

async function filesOf(out: string): Promise<Map<string, string>> {
  const names = (await readdir(out)).filter((name) => name.includes('.'));
  const texts = names.map(async (name) => [name, await readFile(join(out, name), 'utf8')] as const);
  return new Map([...(await Promise.all(texts)), ['card', await readFile(join(out, 'fusion', 'README.md'), 'utf8')]]);
}

let plain: Promise<Map<string, string>> | undefined;
/** Of the built-in corpora alone, without folds: run once. */
const plainRun = (): Promise<Map<string, string>> => (plain ??= run(join(folder, 'first'), join(folder, 'no-folds')));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emostream-evaluate-'));
  await prepareNoise(join(folder, 'prepared'));
});
afterAll(() => rm(folder, { recursive: true }));

it('a model is judged on every set: figures, page, pictures and card', { timeout: 300_000 }, async () => {
  const first = await plainRun();

  const metrics = JSON.parse(first.get('metrics.json')!) as Record<string, TestFigures>;
  expect(Object.keys(metrics)).toEqual([
    'ferplus_test',
    'ravdess_test',
    'emodb_test',
    'nemo_test',
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
  expect(page).toMatch(/## Sentences of our own[^#]*\| negated, kept apart \| 70 \| /u);
  expect(page).toContain('**not measured** in this run');
  expect(page).toContain('Not measured.'); // the peers
  for (const text of [page, first.get('card')!]) {
    expect(text.split('\n')[2]).toMatch(/^\*\*For whom: .*not for commercial use/u);
  }
  for (const [, link] of page.matchAll(/\]\((\w[\w-]*\.svg)\)/gu)) expect(first.has(link!)).toBe(true);
  expect(first.get('card')).toMatch(/### Face[\s\S]*### Voice[\s\S]*### Words[\s\S]*### Fusion/u);
  for (const text of first.values()) expect(text).not.toMatch(/undefined|NaN/u);
});

/** Corpora of users beside the built-in ones. */
async function prepareUsers(): Promise<string> {
  const prepared = join(folder, 'with-users');
  await cp(join(folder, 'prepared'), prepared, { recursive: true });
  const rename = async (from: string, to: string, columns: Record<string, Int32Array> = {}): Promise<void> =>
    writePrepared(prepared, to, { ...(await readPrepared<Record<string, Int32Array>>(prepared, from)), ...columns });
  // Two frames of each of seven actors; nobody is named in AffectNet's pictures.
  await rename('ferplus-test', 'cremad-face-test', { speakers: Int32Array.from(LABELS, (_, i) => i % CLASSES) });
  await rename('ferplus-test', 'affectnet-face-test', { speakers: Int32Array.from(LABELS, (_, i) => i) });
  await rename('emodb', 'cremad-voice-test', { speakers: Int32Array.from(LABELS, (_, i) => 1_000_000 + (i % 2)) });
  await rename('meld-test', 'iemocap-words-test');
  const none = { labels: new Int32Array(0), offsets: new Int32Array(1), speakers: new Int32Array(0) };
  await writePrepared(prepared, 'iemocap-voice-test', { samples: new Int16Array(0), ...none });
  return prepared;
}

/** Corpora of users are judged where their test part is prepared, and change no other figure. */
async function judgedUsers(written: Map<string, string>): Promise<void> {
  const metrics = JSON.parse(written.get('metrics.json')!) as Record<string, TestFigures>;
  const users = ['cremad_face_test', 'cremad_voice_test', 'iemocap_words_test', 'affectnet_face_test'];
  expect(Object.keys(metrics).filter((name) => users.includes(name))).toEqual(users);
  expect(metrics).not.toHaveProperty('iemocap_voice_test');
  // The same examples, whoever is said to show them; of the speech all clips, not those of some speakers.
  for (const key of ['accuracy', 'uar', 'ece', 'n'] as const) {
    expect(metrics['cremad_face_test']![key]).toBe(metrics['ferplus_test']![key]);
    expect(metrics['iemocap_words_test']![key]).toBe(metrics['meld_test']![key]);
  }
  expect(metrics['cremad_voice_test']!.n).toBe(2 * CLASSES);
  expect(metrics['cremad_face_test']!.resampled).toContain('7 speakers are too few');
  expect(metrics['affectnet_face_test']!.resampled).toBe('picture');
  expect(metrics['cremad_voice_test']!.protocol).toMatch(/^CREMA-D: .*; the model was not trained on it; /u);

  // Of nEMO the test speaker alone.
  const { nemo_test } = metrics;
  expect(nemo_test!.n).toBe(CLASSES);
  expect(nemo_test!.protocol).toContain('nEMO speaker KD0 (not seen in training)');
  expect(Object.keys(nemo_test!.rooms!)).toEqual(['-70', '-55', '-45']);
  expect(nemo_test!.rooms!['-55']!.clip.n).toBe(CLASSES);

  const crossed = /_loso$|_left_out$/u;
  const others = Object.fromEntries(
    Object.entries(metrics).filter(([name]) => !users.includes(name) && !crossed.test(name)),
  );
  expect(others).toEqual(JSON.parse((await plainRun()).get('metrics.json')!));
  expect(written.get('README.md')).toContain('### cremad_voice_test');
  expect(written.get('card')).toMatch(/### Voice[^#]*\| cremad_voice_test \| 14 \|/u);
  for (const text of written.values()) expect(text).not.toMatch(/undefined|NaN/u);
}

it(
  'corpora of users and cross-validation are read where they are, change no other figure, and a spoilt file is refused before the work',
  { timeout: 300_000 },
  async () => {
    const weights = await mkdtemp(join(folder, 'weights-'));
    await writeFile(join(weights, 'voice.folds.json'), JSON.stringify(folds));
    const corpora = folds.rows.map((row, i) => ({ ...row, corpus: i % 2 === 0 ? 'ravdess' : 'nemo' }));
    await writeFile(join(weights, 'voice.corpora.json'), JSON.stringify({ ...folds, rows: corpora }));
    const prepared = await prepareUsers();
    const written = await run(join(folder, 'third'), weights, { prepared });
    await judgedUsers(written);
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
    expect([metrics['ravdess_left_out']!.n, metrics['nemo_left_out']!.n]).toEqual([7, 7]);
    expect(metrics).not.toHaveProperty('emodb_left_out');

    // Without the folds their figures stay where that is wanted (another run has the same of all else), and are not where it is not.
    const kept = await run(join(folder, 'third'), join(folder, 'no-folds'), { prepared, keepFolds: true });
    expect(kept).toEqual(written);
    expect((await plainRun()).get('metrics.json')).not.toContain('emodb_loso');

    // Of that evaluation only what the folds found is renewed.
    const third = join(folder, 'third');
    const again = { model: join(third, 'fusion'), metrics: join(third, 'metrics.json'), log: () => undefined };
    const refresh = () => refreshFolds({ prepared, weights, ...again });
    const backend = await createWasmEngine();
    await refresh();
    expect(await filesOf(third)).toEqual(written);
    const thresholds = await readFile(join(third, 'thresholds.json'), 'utf8');
    await writeFile(join(third, 'thresholds.json'), thresholds.replace(/"sha256": "\w/u, '"sha256": "x'));
    await expect(refresh()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await backend.dispose();

    await writeFile(join(weights, 'voice.folds.json'), '{"rows": 1}');
    await expect(run(join(folder, 'fourth'), weights)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  },
);

it('sentences of our own: figures of another version stay beside, those of this one are replaced', async () => {
  const path = join(folder, 'sentences.json');
  const counts = { right: 1, uncertain: 0, wrong_and_certain: 1 };
  const of = (version: string, right: number) => ({
    version,
    groups: { some: { n: 2, written: { ...counts, right }, bare: counts, heard: null } },
  });
  expect(await withVersion(path, of('2', 1))).toEqual([of('2', 1)]);
  await writeFile(path, JSON.stringify([of('1', 0), of('2', 1)]));
  const both = await withVersion(path, of('2', 2));
  expect(both).toEqual([of('1', 0), of('2', 2)]);
  expect(sentencesSection(both)).toMatch(/\| some \| 2 \| 1 \| 0 .*\n\| some \| 2 \| 2 \| 2 /u);
  await writeFile(path, '[{"version": 1}]');
  await expect(withVersion(path, of('2', 2))).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});
