import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { MODALITIES, type Modality } from '../../common/emotions.js';
import { FACE_CROPS } from '../../features/types.js';
import type { NetworkBatch } from './batch.js';
import { faceEncoder } from './face-encoder.js';
import { attendCrops, fuse, type FusionOutput } from './fusion.js';
import { modalityHeads, type HeadOutput } from './heads.js';
import type { Layers } from './layers.js';
import { EMBEDDING } from './sizes.js';
import { voiceEncoder } from './voice-encoder.js';
import { wordsEncoder } from './words-encoder.js';

export interface NetworkOutput {
  fused: FusionOutput;
  heads: Record<Modality, HeadOutput>;
  /** Encodings before the crops of a face are joined, a row per window; null where the encoder had nothing to do. */
  encoded: Record<Modality, Tensor2D | null>;
}

/** The whole network on one batch; rows of an absent modality get zero embeddings and cost nothing. */
export function fusionNetwork(
  layers: Layers,
  { size, mask, given, present, quality, ...batch }: NetworkBatch,
): NetworkOutput {
  const { face, voice, words } = batch;
  // Where one was given encoded there is nothing to scatter, and the other way round: their sum is whichever is there.
  const computed: Record<Modality, Tensor2D | null> = {
    face: face && scatter(faceEncoder(layers, face.x), face.rows),
    voice: voice && scatter(voiceEncoder(layers, voice.x, voice.heard), voice.rows),
    words: words && scatter(wordsEncoder(layers, words.ids, words.meta), words.rows),
  };
  const joined = (modality: Modality): Tensor2D | null => {
    const [a, b] = [computed[modality], given[modality]];
    return a && b ? tf.add(a, b) : (a ?? b);
  };
  const crops = joined('face');
  const { fused, heads } = fromEncodings(layers, {
    face: crops && mask && { crops: tf.reshape(crops, [size, FACE_CROPS, EMBEDDING]) as Tensor3D, mask },
    voice: joined('voice') ?? absent(size),
    words: joined('words') ?? absent(size),
    ...{ size, present, quality },
  });
  return {
    ...{ fused, heads },
    encoded: {
      ...computed,
      face: computed.face && (tf.reshape(computed.face, [size, FACE_CROPS * EMBEDDING]) as Tensor2D),
    },
  };
}

/** What fusion reads; rows of an absent modality are zero. */
export interface Encodings {
  size: number;
  /** Of each crop, size × FACE_CROPS × EMBEDDING, and which there are; null: nobody in the batch has a face. */
  face: { crops: Tensor3D; mask: Tensor2D } | null;
  voice: Tensor2D;
  words: Tensor2D;
  present: Tensor2D;
  quality: Tensor2D;
}

/** The network from the encodings on: each modality says its own, and they are fused. */
export function fromEncodings(
  layers: Layers,
  { size, face, voice, words, present, quality }: Encodings,
): Omit<NetworkOutput, 'encoded'> {
  const embeddings: Record<Modality, Tensor2D> = {
    face: face ? attendCrops(layers, face.crops, face.mask) : absent(size),
    voice,
    words,
  };
  const heads = {
    face: modalityHeads(layers, 'face', embeddings.face),
    voice: modalityHeads(layers, 'voice', embeddings.voice),
    words: modalityHeads(layers, 'words', embeddings.words),
  };
  return { fused: fuse(layers, { embeddings, heads, present, quality }), heads };
}

/** What the network says side by side, so that one readback brings it: size × ROW (judgements.ts). */
export function packOutput({ fused, heads }: Omit<NetworkOutput, 'encoded'>): Tensor2D {
  const own = MODALITIES.map((modality) => heads[modality].logits);
  return tf.concat([fused.logits, fused.affect, fused.weights, ...own], 1) as Tensor2D;
}

const absent = (size: number): Tensor2D => tf.zeros([size, EMBEDDING]);

/** Puts gathered rows back in their places: 0 in `index` takes a row of zeros, k + 1 the k-th row. */
function scatter(gathered: Tensor2D, index: Tensor1D): Tensor2D {
  return tf.gather(tf.concat([tf.zeros([1, gathered.shape[1]]), gathered]) as Tensor2D, index);
}
