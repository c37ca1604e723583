import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Modality } from '../../common/emotions.js';
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
}

/** The whole network on one batch; rows of an absent modality get zero embeddings and cost nothing. */
export function fusionNetwork(layers: Layers, batch: NetworkBatch): NetworkOutput {
  const embeddings: Record<Modality, Tensor2D> = {
    face: batch.face ? encodeFaces(layers, batch.face, batch.size) : absent(batch.size),
    voice: batch.voice ? scatter(voiceEncoder(layers, batch.voice.x), batch.voice.rows) : absent(batch.size),
    words: batch.words
      ? scatter(wordsEncoder(layers, batch.words.ids, batch.words.meta), batch.words.rows)
      : absent(batch.size),
  };
  const heads = {
    face: modalityHeads(layers, 'face', embeddings.face),
    voice: modalityHeads(layers, 'voice', embeddings.voice),
    words: modalityHeads(layers, 'words', embeddings.words),
  };
  return { fused: fuse(layers, { embeddings, heads, present: batch.present, quality: batch.quality }), heads };
}

function encodeFaces(layers: Layers, face: NonNullable<NetworkBatch['face']>, size: number): Tensor2D {
  const crops = scatter(faceEncoder(layers, face.x), face.rows);
  return attendCrops(layers, tf.reshape(crops, [size, FACE_CROPS, EMBEDDING]) as Tensor3D, face.mask);
}

const absent = (size: number): Tensor2D => tf.zeros([size, EMBEDDING]);

/** Puts gathered rows back in their places: 0 in `index` takes a row of zeros, k + 1 the k-th row. */
function scatter(gathered: Tensor2D, index: Tensor1D): Tensor2D {
  return tf.gather(tf.concat([tf.zeros([1, gathered.shape[1]]), gathered]) as Tensor2D, index);
}
