import { EMOTIONS } from '../common/emotions.js';
import { shownAs } from '../features/crop-sides.js';
import { faceQuality } from '../features/face-quality.js';
import { hearClip } from '../features/hear-clip.js';
import { HOP_SAMPLES, logMel, normaliseLogMel } from '../features/log-mel.js';
import { NoiseFloor } from '../features/noise-floor.js';
import { voiceQuality, wordsQuality } from '../features/quality.js';
import { FACE_CROPS, FACE_SIZE, MEL_FRAMES, WORD_TOKENS, WORDS_WINDOW_MS, type Heard } from '../features/types.js';
import type { NamedWeights } from '../inference/model-format.js';
import { EMBEDDING } from '../inference/network/sizes.js';
import { VoiceActivities } from '../speech/index.js';
import type { FaceSet } from './data/ferplus.js';
import type { SpeechSet } from './data/speech.js';
import type { TextSet } from './data/text.js';
import { augmentFace } from './face-augment.js';
import { encodeSeconds, soundAt } from './heard/clip-copies.js';
import { joinHeard, windowOf, type SecondEncoder } from './heard/seconds.js';
import { joinFloats } from './join-floats.js';
import { predictFaces, predictVoices, predictWords } from './predict.js';
import type { Rng } from './rng.js';
import { addRoom } from './room-noise.js';
import { clipSamples } from './splits.js';
import { augmentVoice } from './voice-augment.js';
import { drawPlace, layAt } from './voice-windows.js';

/** Examples of one modality as fusion sees them: what the trained encoder made of them, and their quality. */
export interface EncodedSet {
  labels: number[];
  /** Each `rows` × EMBEDDING; rows is FACE_CROPS for a face and 1 otherwise. */
  embeddings: Float32Array[];
  quality: number[][];
  /** Voices only: whether encoders heard it. */
  heard?: boolean[];
  /** Voices only: whether it is a burst without words. */
  burst?: boolean[];
}

/** The half of the validation data on which fusion is trained, and the half on which it is chosen and calibrated. */
export type Half = 'fit' | 'judge';

type Folded = ReadonlyMap<string, NamedWeights>;
const PIXELS = FACE_SIZE * FACE_SIZE;

/**
 * Each picture as the crops of one second, every other one mirrored as in a call: itself both ways round, then two versions that a
 * call might have made of it, of unequal quality, so that attention over crops has something to choose from.
 */
export function encodeFaces(folded: Folded, set: FaceSet, half: Half, rng: Rng): EncodedSet {
  const picked = [...set.majority.keys()].filter((i) => set.majority[i]! >= 0 && i % 2 === (half === 'fit' ? 0 : 1));
  const crops = new Uint8Array(picked.length * FACE_CROPS * PIXELS);
  const quality = picked.map((index, row) => {
    const image = set.images.subarray(index * PIXELS, (index + 1) * PIXELS);
    const side = rng.between(40, 200);
    const figures = Array.from({ length: FACE_CROPS }, (_, k) => {
      const crop = shownAs(k < 2 ? image : augmentFace(image, rng), k % 2 === 0 ? 'plain' : 'mirrored');
      crops.set(crop, (row * FACE_CROPS + k) * PIXELS);
      return faceQuality(crop, side);
    });
    return figures[0]!.map((_, q) => figures.reduce((sum, each) => sum + each[q]!, 0) / FACE_CROPS);
  });
  const { embeddings } = predictFaces(folded, crops);
  return { labels: picked.map((i) => set.majority[i]!), embeddings: rows(embeddings, FACE_CROPS), quality };
}

/**
 * Several windows of each clip, clean and noisy, in a silent room or not, the clip anywhere in the window. Where there are encoders
 * each is there twice: with what they hear, and as it is where none is installed.
 */
export async function encodeVoices(
  folded: Folded,
  set: SpeechSet,
  clips: readonly number[],
  rng: Rng,
  encoder: SecondEncoder | null,
): Promise<EncodedSet> {
  const windows: Float32Array[] = [];
  const heard: (Heard | null)[] = [];
  const labels: number[] = [];
  const quality: number[][] = [];
  const activity = VoiceActivities.installed().open();
  for (const clip of clips) {
    for (let variant = 0; variant < 4; variant++) {
      const clean = clipSamples(set, clip);
      const voice = variant === 0 ? clean : augmentVoice(clean, rng);
      const block = hearClip(voice, activity);
      const place = drawPlace(block.frames, rng);
      const sound = soundAt(voice, place * HOP_SAMPLES);
      if (variant > 1) addRoom(sound.samples, voice, rng);
      const canvas = layAt(logMel(sound.samples), 0);
      const isSpeech = (frame: number) => block.speech[frame - place] === 1;
      const { speechFrames, snrDb } = new NoiseFloor().measure(canvas, MEL_FRAMES, isSpeech);
      windows.push(normaliseLogMel(canvas, MEL_FRAMES));
      if (encoder) heard.push(windowOf(await encodeSeconds(sound, encoder), sound.isHeard.length));
      labels.push(set.labels[clip]!);
      quality.push(voiceQuality(snrDb, speechFrames / MEL_FRAMES, rng.chance(0.8) ? 1 : rng.between(0.5, 1)));
    }
  }
  const joined = joinFloats(windows);
  const of = (told: Heard | null, hears: boolean): EncodedSet => ({
    labels,
    embeddings: rows(predictVoices(folded, joined, told).embeddings, 1),
    quality,
    heard: labels.map(() => hears),
  });
  const alone = of(null, false);
  const allHeard = joinHeard(heard);
  return allHeard ? joinSets(alone, of(allHeard, true)) : alone;
}

export function encodeWords(folded: Folded, set: TextSet, half: Half, rng: Rng): EncodedSet {
  const { embeddings } = predictWords(folded, set.tokens, set.meta);
  const all = rows(embeddings, 1);
  const picked = [...set.labels.keys()].filter((i) => set.labels[i]! >= 0 && i % 2 === (half === 'fit' ? 0 : 1));
  // The second meta feature is the number of tokens over WORD_TOKENS.
  const quality = picked.map((i) => {
    return wordsQuality(set.meta[i * 4 + 1]! * WORD_TOKENS, rng.between(0, WORDS_WINDOW_MS));
  });
  return { labels: picked.map((i) => set.labels[i]!), embeddings: picked.map((i) => all[i]!), quality };
}

export function joinSets(...sets: EncodedSet[]): EncodedSet {
  return {
    labels: sets.flatMap(({ labels }) => labels),
    embeddings: sets.flatMap(({ embeddings }) => embeddings),
    quality: sets.flatMap(({ quality }) => quality),
    heard: sets.flatMap(({ heard, labels }) => heard ?? labels.map(() => false)),
    burst: sets.flatMap(({ burst, labels }) => burst ?? labels.map(() => false)),
  };
}

/** Voices as bursts: those that encoders heard, for no other part of the network knows them. */
export function heardBursts({ labels, embeddings, quality, heard }: EncodedSet): EncodedSet {
  const own = [...labels.keys()].filter((i) => heard?.[i]);
  const picked = <T>(values: readonly T[]): T[] => own.map((i) => values[i]!);
  return {
    ...{ labels: picked(labels), embeddings: picked(embeddings), quality: picked(quality) },
    ...{ heard: own.map(() => true), burst: own.map(() => true) },
  };
}

/** Indices of a set by label. */
export function byLabel({ labels }: EncodedSet): number[][] {
  return EMOTIONS.map((_, emotion) => labels.flatMap((label, i) => (label === emotion ? [i] : [])));
}

function rows(values: Float32Array, perItem: number): Float32Array[] {
  const size = perItem * EMBEDDING;
  return Array.from({ length: values.length / size }, (_, i) => values.slice(i * size, (i + 1) * size));
}
