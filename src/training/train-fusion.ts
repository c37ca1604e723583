import * as tf from '@tensorflow/tfjs-core';
import { EMOTIONS, MODALITIES, type Modality } from '../common/emotions.js';
import { InferenceLayers } from '../inference/network/inference-layers.js';
import { modalityHeads } from '../inference/network/heads.js';
import { attendCrops } from '../inference/network/fusion.js';
import type { Calibration, NamedWeights } from '../inference/model-format.js';
import { EMBEDDING } from '../inference/network/sizes.js';
import { FACE_CROPS } from '../features/types.js';
import { temperatureOf, uncertainThreshold, type Judged } from './calibrate.js';
import { affectOf } from './circumplex.js';
import type { FaceSet } from './data/ferplus.js';
import { readPrepared } from './data/prepared.js';
import type { SpeechSet } from './data/speech.js';
import { readTexts } from './data/text.js';
import { fit, type FitResult } from './fit.js';
import { foldBatchNorm } from './fold.js';
import { readLeftOutAnswers, unheardOf, type LeftOutAnswers } from './left-out-answers.js';
import { encodeFaces, encodeVoices, encodeWords, joinSets, type EncodedSet, type Half } from './fusion-data.js';
import { TripleSampler, tripleKey, type Triple } from './fusion-sampler.js';
import { openVoiceEncoder } from './heard/installed-encoder.js';
import type { SecondEncoder } from './heard/seconds.js';
import { joinFloats } from './join-floats.js';
import { headLoss } from './loss.js';
import { figures } from './metrics.js';
import { AdamW } from './optimiser.js';
import { probabilities } from './predict.js';
import { Rng } from './rng.js';
import { clipsOf } from './splits.js';
import { TrainingLayers } from './training-layers.js';
import {
  BUILT_IN_CORPORA,
  FUSION_CONFLICT,
  SPEECH_CORPORA,
  WORDS_CORPORA,
  type BuiltInCorpus,
  type TrainOptions,
} from './train-options.js';
import { readWeights } from './weights-store.js';

const BATCH = 256;
const STEPS = 60;
const JUDGED = 6000;
/** Validation speakers on whose clips fusion is judged; it is fitted on the others'. */
const JUDGE_SPEAKERS = new Set([117, 213]);
/** Clips of a corpus, about: so that none is most of the voices. */
const VOICES_OF_A_CORPUS = 200;

export interface FusionResult extends FitResult {
  calibration: Calibration;
}

/**
 * Fusion and the attention over crops, on label-matched triples. The encoders are frozen, and it sees only validation
 * data: on their own training data the encoders are surer than they will ever be again. One half is fitted, the other
 * chooses the epoch, the temperatures and the threshold.
 */
export async function trainFusion(options: TrainOptions & { weights: string }): Promise<FusionResult> {
  const { prepared, seed, epochs = 16, without = [], onBest, control, log } = options;
  const corpora = BUILT_IN_CORPORA.filter((corpus) => !without.includes(corpus));
  const rng = new Rng(seed);
  const parts = await Promise.all(MODALITIES.map((part) => readWeights(options.weights, part)));
  const trained = new Map(parts.flatMap(({ weights }) => [...weights]));
  const folded = foldBatchNorm(trained);
  const encoder = await openVoiceEncoder();
  const encode = (half: Half) => encodeHalf({ prepared, corpora, folded, half, rng, encoder });
  const fitSets = await encode('fit');
  const fitting = new TripleSampler(fitSets, rng.fork());
  const judgeSets = await encode('judge');
  await encoder?.close();
  const judging = new TripleSampler(judgeSets, rng.fork());
  const judged = Array.from({ length: JUDGED }, () => judging.draw(0, 0.4));

  const layers = new TrainingLayers(rng.fork());
  layers.restore(new Map([...trained].filter(([name]) => isHead(name))));
  // Makes the variables of fusion itself.
  tf.tidy(() => void fitting.forward(layers, [fitting.draw(0, 0)]));

  const result = await fit({
    layers,
    optimiser: new AdamW({ weightDecay: 0.1, clipNorm: 2, averageDecay: 0.99 }),
    epochs,
    stepsPerEpoch: STEPS,
    learningRate: 1e-3,
    frozen: isHead,
    loss: () => {
      const triples = Array.from({ length: BATCH }, () => fitting.draw(FUSION_CONFLICT, 0.2));
      const targets = triples.map(({ label }) => EMOTIONS.map((_, i) => 0.01 + (i === label ? 0.93 : 0)));
      const output = fitting.forward(layers, triples);
      return headLoss(output, tf.tensor2d(targets), tf.tensor2d(targets.map(affectOf)));
    },
    validate: (weights) => {
      const logits = fusedLogits(weights, judging, judged);
      const byKey = groupByKey(judged, judging.sets);
      const accuracies = [...byKey].map(([key, rows]) => {
        const labels = rows.map((row) => judged[row]!.label);
        const result = figures(probabilities(pick(logits, rows)), labels, EMOTIONS.length);
        return { key, accuracy: result.accuracy, uar: result.uar };
      });
      const score = accuracies.reduce((sum, { accuracy, uar }) => sum + accuracy + uar, 0) / accuracies.length / 2;
      const text = accuracies.map(({ key, accuracy }) => `${key} ${(100 * accuracy).toFixed(0)}`).join(', ');
      return { score, text };
    },
    ...(onBest ? { onBest: (best: FitResult) => onBest({ ...best, weights: fusionOnly(best.weights) }) } : {}),
    control,
    log,
  });
  const halves = [fitSets, judgeSets];
  const leftOut = await readLeftOutAnswers(options.weights, halves.flatMap(({ voice }) => voice.labels).length);
  log(`voices are calibrated ${leftOut ? 'on corpora left out, too' : 'without corpora left out'}`);
  const calibration = calibrate({
    weights: result.weights,
    sampler: judging,
    triples: judged,
    halves,
    leftOut,
    log,
  });
  return { ...result, weights: fusionOnly(result.weights), calibration };
}

const isHead = (name: string): boolean => /^(?:face|voice|words)\/(?:logits|affect)\//u.test(name);

function fusionOnly(weights: ReadonlyMap<string, NamedWeights>): Map<string, NamedWeights> {
  return new Map([...weights].filter(([name]) => !isHead(name)));
}

async function encodeHalf({
  prepared,
  corpora,
  folded,
  half,
  rng,
  encoder,
}: {
  prepared: string;
  corpora: readonly BuiltInCorpus[];
  folded: ReadonlyMap<string, NamedWeights>;
  half: Half;
  rng: Rng;
  encoder: SecondEncoder | null;
}): Promise<Record<Modality, EncodedSet>> {
  const faces = await readPrepared<FaceSet>(prepared, 'ferplus-valid');
  const voices: EncodedSet[] = [];
  for (const name of SPEECH_CORPORA.filter((corpus) => corpora.includes(corpus))) {
    const set = await readPrepared<SpeechSet>(prepared, name);
    voices.push(await encodeVoices(folded, set, clipsOfHalf(set, half), rng, encoder));
  }
  const words: EncodedSet[] = [];
  for (const name of WORDS_CORPORA.filter((corpus) => corpora.includes(corpus))) {
    words.push(encodeWords(folded, await readTexts(prepared, `${name}-valid`), half, rng));
  }
  return { face: encodeFaces(folded, faces, half, rng), voice: joinSets(...voices), words: joinSets(...words) };
}

/** A validation speaker's clips are of one half. Where there is but one speaker, every other clip. */
function clipsOfHalf(set: SpeechSet, half: Half): number[] {
  const clips = clipsOf(set, 'valid');
  const every = Math.max(1, Math.round(clips.length / VOICES_OF_A_CORPUS));
  const isAlone = new Set(clips.map((i) => set.speakers[i])).size === 1;
  const isJudged = (clip: number, at: number): boolean =>
    isAlone ? Math.floor(at / every) % 2 === 1 : JUDGE_SPEAKERS.has(set.speakers[clip]!);
  return clips.filter((clip, at) => at % every === 0 && isJudged(clip, at) === (half === 'judge'));
}

function withLayers<T>(weights: ReadonlyMap<string, NamedWeights>, use: (layers: InferenceLayers) => T): T {
  const tensors = new Map([...weights].map(([name, { shape, values }]) => [name, tf.tensor(values, shape)]));
  try {
    return use(new InferenceLayers(tensors));
  } finally {
    tf.dispose([...tensors.values()]);
  }
}

function fusedLogits(
  weights: ReadonlyMap<string, NamedWeights>,
  sampler: TripleSampler,
  triples: readonly Triple[],
): Float32Array {
  return withLayers(weights, (layers) => {
    const logits = tf.tidy(() => sampler.forward(layers, triples).logits);
    const values = Float32Array.from(logits.dataSync());
    logits.dispose();
    return values;
  });
}

function groupByKey(triples: readonly Triple[], sets: Record<Modality, EncodedSet>): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  triples.forEach((triple, row) => {
    const key = tripleKey(triple, sets);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  });
  return groups;
}

function pick(logits: Float32Array, rows: readonly number[]): Float32Array {
  const out = new Float32Array(rows.length * EMOTIONS.length);
  const at = (row: number): number => row * EMOTIONS.length;
  rows.forEach((row, i) => out.set(logits.subarray(at(row), at(row + 1)), at(i)));
  return out;
}

interface Calibrating {
  weights: ReadonlyMap<string, NamedWeights>;
  sampler: TripleSampler;
  triples: readonly Triple[];
  halves: readonly Record<Modality, EncodedSet>[];
  leftOut: LeftOutAnswers | null;
  log: (line: string) => void;
}

/**
 * One modality alone is its own head, which fusion was not trained on: its temperature is that of all validation data, fused
 * or not. Those of several are of the judging half's triples. Of a voice alone, answers to corpora that networks of the same
 * recipe never heard count as much as those to new speakers of known ones: a call is a recording that training never heard.
 */
export function calibrate({ weights, sampler, triples, halves, leftOut, log }: Calibrating): Calibration {
  const own: Partial<Record<Name, number>> = {};
  for (const modality of MODALITIES) {
    const labels = halves.flatMap((sets) => sets[modality].labels);
    const all = joinFloats(halves.map((sets) => ownLogits(weights, modality, sets)));
    const names = halves.flatMap((sets) => namesOf(modality, sets[modality]));
    for (const name of new Set(names)) {
      const named = [...names.keys()].filter((i) => names[i] === name);
      const unheard = unheardOf(leftOut, name);
      own[name] = temperatureOf(joinFloats([pick(all, named), unheard.logits]), [
        ...named.map((i) => labels[i]!),
        ...unheard.labels,
      ]);
      log(`temperature of ${name}: ${own[name].toFixed(3)} (n ${named.length})`);
    }
  }
  const logits = fusedLogits(weights, sampler, triples);
  const fused: Record<string, number> = { ...own };
  const judged: Record<Modality, Judged[]> = { face: [], voice: [], words: [] };
  for (const [key, rows] of groupByKey(triples, sampler.sets)) {
    const labels = rows.map((row) => triples[row]!.label);
    const picked = pick(logits, rows);
    if (key.includes('+')) {
      fused[key] = temperatureOf(picked, labels);
      log(`temperature of ${key}: ${fused[key].toFixed(3)} (n ${rows.length})`);
      continue;
    }
    const modality = key === 'voiceHeard' ? 'voice' : (key as Modality);
    const unheard = unheardOf(leftOut, key);
    const parts = [{ logits: picked, labels }, unheard].filter((part) => part.labels.length > 0);
    for (const part of parts) {
      const p = probabilities(part.logits, fused[key]);
      part.labels.forEach((label, i) => {
        const row = [...p.subarray(i * EMOTIONS.length, (i + 1) * EMOTIONS.length)];
        const confidence = Math.max(...row);
        const weight = 1 / part.labels.length / parts.length;
        judged[modality].push({ confidence, right: row.indexOf(confidence) === label, weight });
      });
    }
  }
  const chosen = (name: string, answers: readonly Judged[]): number => {
    const { threshold, coverage, accuracy } = uncertainThreshold(answers);
    log(
      `${name}: uncertain below ${threshold.toFixed(3)}; ${(100 * coverage).toFixed(0)} % are certain, ${(100 * accuracy).toFixed(0)} % of those right`,
    );
    return threshold;
  };
  const [face, voice, words] = MODALITIES.map((modality) => chosen(modality, judged[modality]));
  // Pairs and triples are matched by label, and so too easy to choose by: as sure as the strictest of one modality.
  const fusedBelow = Math.max(face!, voice!, words!);
  const uncertainBelow = { face: face!, voice: voice!, words: words!, fused: fusedBelow };
  const { face: ofFace = 1, voice: ofVoice = 1, words: ofWords = 1, ...heard } = own;
  const temperatures = { face: ofFace, voice: ofVoice, words: ofWords, ...heard };
  return { fused, ...temperatures, uncertainBelow };
}

/** A modality as the calibration calls it: a voice that encoders heard has a temperature of its own. */
type Name = Modality | 'voiceHeard';

const namesOf = (modality: Modality, { labels, heard }: EncodedSet): Name[] =>
  labels.map((_, i) => (modality === 'voice' && heard?.[i] ? 'voiceHeard' : modality));

function ownLogits(
  weights: ReadonlyMap<string, NamedWeights>,
  modality: Modality,
  sets: Record<Modality, EncodedSet>,
): Float32Array {
  const { embeddings } = sets[modality];
  const rows = modality === 'face' ? FACE_CROPS : 1;
  const joined = new Float32Array(embeddings.length * rows * EMBEDDING);
  embeddings.forEach((embedding, i) => joined.set(embedding, i * rows * EMBEDDING));
  return withLayers(weights, (layers) =>
    tf.tidy(() => {
      const all = tf.tensor3d(joined, [embeddings.length, rows, EMBEDDING]);
      const one =
        modality === 'face' ? attendCrops(layers, all, tf.ones([embeddings.length, rows])) : tf.squeeze(all, [1]);
      return Float32Array.from(modalityHeads(layers, modality, one as tf.Tensor2D).logits.dataSync());
    }),
  );
}
