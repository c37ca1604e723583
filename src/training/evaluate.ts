import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EMOTIONS, MODALITIES } from '../common/emotions.js';
import { faceQuality } from '../features/face-quality.js';
import { logMel } from '../features/log-mel.js';
import { voiceQuality, wordsQuality } from '../features/quality.js';
import { FACE_SIZE, MEL_BANDS, MEL_FRAMES, WORD_NGRAMS, WORD_TOKENS, WORDS_META } from '../features/types.js';
import { VoiceActivityDetector } from '../features/voice-activity.js';
import type { EmotionScores, Engine, ModelInput } from '../inference/types.js';
import type { FaceSet } from './data/ferplus.js';
import { readPrepared } from './data/prepared.js';
import type { SpeechSet } from './data/speech.js';
import type { TextSet } from './data/text.js';
import type { Provenance } from './export-model.js';
import { figures, type ClassificationFigures } from './metrics.js';
import { writeModelCard } from './model-card.js';
import { Rng } from './rng.js';
import { clipSamples, clipsOf, type Split } from './splits.js';
import { clipWindows } from './voice-windows.js';

/** Figures of one test set, as `models/metrics.json` holds them. */
export interface TestFigures {
  accuracy: number;
  uar: number;
  macro_f1: number;
  weighted_f1: number;
  ece: number;
  n: number;
  /** Recall by emotion, in the order of EMOTIONS; null where the set has none. */
  recall: (number | null)[];
  /** Of the answers: share that is not `uncertain`, and accuracy of those. */
  certain: { coverage: number; accuracy: number };
  /** The modality's own head, without fusion; null where several modalities are present. */
  own_head: { accuracy: number; uar: number } | null;
  protocol: string;
}

export interface EvaluateOptions {
  prepared: string;
  /** The model's folder; its card is written anew. */
  model: string;
  /** Where the figures go. */
  metrics: string;
  engine: Engine;
  log: (line: string) => void;
}

/** One input with its truth; parity of the live path is measured on the same ones. */
export interface Example {
  input: ModelInput;
  label: number;
  /** Examples of one group (the windows of a clip) give one answer: the mean of their distributions. */
  group: number;
}

const BATCH = 16;
const PIXELS = FACE_SIZE * FACE_SIZE;
const ABSENT: ModelInput = { face: null, voice: null, words: null };

/** Judges a shipped model on every test set, through the engine that live calls use. Nothing else reads the test sets. */
export async function evaluate({ prepared, model, metrics, engine, log }: EvaluateOptions): Promise<void> {
  await engine.load(model);
  const faces = faceExamples(await readPrepared<FaceSet>(prepared, 'ferplus-test'));
  const ravdess = voiceExamples(await readPrepared<SpeechSet>(prepared, 'ravdess'));
  const emodb = voiceExamples(await readPrepared<SpeechSet>(prepared, 'emodb'));
  const goemotions = wordExamples(await readPrepared<TextSet>(prepared, 'goemotions-test'));
  const meld = wordExamples(await readPrepared<TextSet>(prepared, 'meld-test'));
  const all: [string, Example[], string][] = [
    [
      'ferplus_test',
      faces,
      'FER+ PrivateTest, 7 classes, majority of the votes; ties, contempt, unknown and not-a-face left out; one picture, face alone',
    ],
    [
      'ravdess_test',
      ravdess,
      'RAVDESS actors 18-20 (none seen in training), 7 classes (calm = neutral); mean over 3 s windows, voice alone',
    ],
    [
      'emodb_test',
      emodb,
      'EMO-DB speakers 15 and 16 (not seen in training), 6 classes (no boredom), 7 offered; mean over 3 s windows, voice alone; not leave-one-speaker-out',
    ],
    [
      'goemotions_ekman_test',
      goemotions,
      'GoEmotions test, Ekman mapping, texts with one label only, top answer; words alone',
    ],
    [
      'meld_test',
      meld,
      'MELD test, words of each utterance without context but whether the speaker changed; words alone',
    ],
    [
      'synthetic_triples_test',
      triples(faces, ravdess, [...goemotions, ...meld]),
      'SYNTHETIC: 3000 label-matched triples of test examples of FER+, RAVDESS and GoEmotions/MELD of different people; labels drawn evenly; shows the fusing of agreeing modalities and nothing about people',
    ],
  ];
  const results: Record<string, TestFigures> = {};
  for (const [name, examples, protocol] of all) {
    results[name] = await judge(engine, examples, protocol);
    const { accuracy, uar, macro_f1, ece, n } = results[name];
    log(
      `${name}: accuracy ${accuracy.toFixed(3)} uar ${uar.toFixed(3)} macro-F1 ${macro_f1.toFixed(3)} ece ${ece.toFixed(3)} n ${n}`,
    );
  }
  await mkdir(dirname(metrics), { recursive: true });
  await writeFile(metrics, `${JSON.stringify(results, null, 2)}\n`);
  const provenance = JSON.parse(await readFile(join(model, 'training.json'), 'utf8')) as Provenance;
  await writeModelCard(model, provenance, results);
}

async function judge(engine: Engine, examples: readonly Example[], protocol: string): Promise<TestFigures> {
  const groups = new Map<number, { label: number; scores: EmotionScores[] }>();
  for (let from = 0; from < examples.length; from += BATCH) {
    const batch = examples.slice(from, from + BATCH);
    const scores = await engine.run(batch.map(({ input }) => input));
    scores.forEach((score, i) => {
      const { group, label } = batch[i]!;
      const known = groups.get(group) ?? { label, scores: [] };
      known.scores.push(score);
      groups.set(group, known);
    });
  }
  const rows = [...groups.values()].map(({ label, scores }) => {
    const mean = meanOf(scores.map(({ probabilities }) => probabilities!));
    const present = MODALITIES.filter((modality) => scores[0]!.modalities[modality] !== null);
    const own = present.length === 1 ? meanOf(scores.map(({ modalities }) => modalities[present[0]!]!)) : [];
    return { label, mean, own, uncertain: scores.every(({ uncertain }) => uncertain) };
  });
  const of = (some: typeof rows, pick: (row: (typeof rows)[number]) => number[]): ClassificationFigures =>
    figures(
      some.flatMap(pick),
      some.map(({ label }) => label),
      EMOTIONS.length,
    );
  const result = of(rows, ({ mean }) => mean);
  const certain = rows.filter(({ uncertain }) => !uncertain);
  const ofCertain = of(certain, ({ mean }) => mean);
  const own = rows.every((row) => row.own.length > 0) ? of(rows, (row) => row.own) : null;
  const round = (value: number): number => Number(value.toFixed(4));
  return {
    accuracy: round(result.accuracy),
    uar: round(result.uar),
    macro_f1: round(result.macroF1),
    weighted_f1: round(result.weightedF1),
    ece: round(result.ece),
    n: result.n,
    recall: result.recall.map((value, i) => (result.confusion[i]!.some((count) => count > 0) ? round(value) : null)),
    certain: { coverage: round(certain.length / rows.length), accuracy: round(ofCertain.accuracy) },
    own_head: own && { accuracy: round(own.accuracy), uar: round(own.uar) },
    protocol,
  };
}

/** The answer of a group of examples. */
export function meanOf(distributions: readonly (readonly number[])[]): number[] {
  return EMOTIONS.map((_, k) => distributions.reduce((sum, p) => sum + p[k]!, 0) / distributions.length);
}

export function faceExamples({ images, majority }: FaceSet): Example[] {
  const picked = [...majority.keys()].filter((i) => majority[i]! >= 0);
  return picked.map((i) => {
    const crops = images.slice(i * PIXELS, (i + 1) * PIXELS);
    const face = { crops, count: 1, quality: faceQuality(crops, FACE_SIZE), box: { x: 0, y: 0, width: 1, height: 1 } };
    return { input: { ...ABSENT, face }, label: majority[i]!, group: i };
  });
}

export function voiceExamples(set: SpeechSet, split: Split = 'test'): Example[] {
  return clipsOf(set, split).flatMap((clip) => {
    const block = logMel(clipSamples(set, clip));
    const { speechFrames, snrDb } = new VoiceActivityDetector().process(block.mel, block.frames);
    const inside = Math.min(block.frames, MEL_FRAMES) / block.frames;
    const quality = voiceQuality(snrDb, (speechFrames * inside) / MEL_FRAMES, 1);
    const windows = clipWindows(block);
    const size = MEL_FRAMES * MEL_BANDS;
    return Array.from({ length: windows.length / size }, (_, i) => ({
      input: { ...ABSENT, voice: { logMel: windows.subarray(i * size, (i + 1) * size), quality } },
      label: set.labels[clip]!,
      group: clip,
    }));
  });
}

export function wordExamples(set: TextSet): Example[] {
  const size = WORD_TOKENS * WORD_NGRAMS;
  const picked = [...set.labels.keys()].filter((i) => set.labels[i]! >= 0);
  return picked.map((i) => {
    const tokens = set.tokens.subarray(i * size, (i + 1) * size);
    const meta = [...set.meta.subarray(i * WORDS_META, (i + 1) * WORDS_META)];
    const count = Math.round(meta[1]! * WORD_TOKENS);
    const words = { tokens, count, meta, quality: wordsQuality(count, 0) };
    return { input: { ...ABSENT, words }, label: set.labels[i]!, group: i };
  });
}

/** Examples of the same label put together, whoever they are of. */
function triples(faces: Example[], voices: Example[], words: Example[]): Example[] {
  const rng = new Rng(1);
  const pools = { face: faces, voice: voices, words };
  const byLabel = (label: number) =>
    MODALITIES.map((modality) => pools[modality].filter((example) => example.label === label));
  const perLabel = EMOTIONS.map((_, label) => byLabel(label));
  return Array.from({ length: 3000 }, (_, group) => {
    const label = rng.below(EMOTIONS.length);
    const [face, voice, said] = perLabel[label]!.map((pool) => pool[rng.below(pool.length)]!);
    return { input: { face: face!.input.face, voice: voice!.input.voice, words: said!.input.words }, label, group };
  });
}
