import * as tf from '@tensorflow/tfjs-core';
import { EMOTIONS, MODALITIES, type Modality } from '../common/emotions.js';
import { FACE_CROPS } from '../features/types.js';
import type { Calibration, NamedWeights } from '../inference/model-format.js';
import { attendCrops } from '../inference/network/fusion.js';
import { modalityHeads } from '../inference/network/heads.js';
import { InferenceLayers } from '../inference/network/inference-layers.js';
import { EMBEDDING } from '../inference/network/sizes.js';
import { temperatureOf, uncertainThreshold, type Judged } from './calibrate.js';
import type { EncodedSet } from './fusion-data.js';
import { tripleKey, voiceName, type Triple, type TripleSampler, type VoiceName } from './fusion-sampler.js';
import { joinFloats } from './join-floats.js';
import { unheardOf, type LeftOutAnswers } from './left-out-answers.js';
import { probabilities } from './predict.js';

function withLayers<T>(weights: ReadonlyMap<string, NamedWeights>, use: (layers: InferenceLayers) => T): T {
  const tensors = new Map([...weights].map(([name, { shape, values }]) => [name, tf.tensor(values, shape)]));
  try {
    return use(new InferenceLayers(tensors));
  } finally {
    tf.dispose([...tensors.values()]);
  }
}

export function fusedLogits(
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

export function groupByKey(triples: readonly Triple[], sets: Record<Modality, EncodedSet>): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  triples.forEach((triple, row) => {
    const key = tripleKey(triple, sets);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  });
  return groups;
}

export function pick(logits: Float32Array, rows: readonly number[]): Float32Array {
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
 * recipe never heard count as much as those to new speakers of known ones: a call is a recording that training never heard. Bursts
 * have no part in it.
 */
export function calibrate({ weights, sampler, triples, halves, leftOut, log }: Calibrating): Calibration {
  const own: Partial<Record<VoiceName, number>> = {};
  for (const modality of MODALITIES) {
    const labels = halves.flatMap((sets) => sets[modality].labels);
    const all = joinFloats(halves.map((sets) => ownLogits(weights, modality, sets)));
    const names = halves.flatMap((sets) => namesOf(modality, sets[modality]));
    for (const name of new Set(names)) {
      if (name === 'burst') continue;
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
    if (isOfBursts(key)) continue;
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
  const { face: ofFace = 1, voice: ofVoice = 1, words: ofWords = 1, voiceHeard } = own;
  const heard = voiceHeard === undefined ? {} : { voiceHeard };
  const temperatures = { face: ofFace, voice: ofVoice, words: ofWords, ...heard };
  return { fused, ...temperatures, uncertainBelow };
}

const namesOf = (modality: Modality, set: EncodedSet): VoiceName[] =>
  set.labels.map((_, i) => (modality === 'voice' ? voiceName(set, i) : modality));
/** What is calibrated is speech, and so is what chooses the epoch. */
export const isOfBursts = (key: string): boolean => key.includes('burst' satisfies VoiceName);

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
