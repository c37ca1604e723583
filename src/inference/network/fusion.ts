import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { MODALITIES, type Modality } from '../../common/emotions.js';
import { FACE_QUALITY, VOICE_QUALITY, WORDS_QUALITY } from '../../features/types.js';
import { FUSION_HIDDEN } from './sizes.js';
import type { HeadOutput } from './heads.js';
import type { Layers } from './layers.js';

/** Quality figures of all modalities side by side, face first. */
export const QUALITIES = FACE_QUALITY.length + VOICE_QUALITY.length + WORDS_QUALITY.length;
/** Takes the weight of an absent modality to zero in the softmax; small enough for float16 devices. */
const ABSENT = -1e4;

export interface FusionInput {
  /** Per modality n × EMBEDDING; rows of an absent modality are zero. */
  embeddings: Record<Modality, Tensor2D>;
  heads: Record<Modality, HeadOutput>;
  /** n × 3 of 0 and 1, in the order of MODALITIES. */
  present: Tensor2D;
  /** n × QUALITIES, 0..1; 0 where absent. */
  quality: Tensor2D;
}

export interface FusionOutput extends HeadOutput {
  /** n × 3: attention over modalities; 0 for absent ones, sums to 1 where any is present. */
  weights: Tensor2D;
}

/**
 * Attention over the embeddings of a face's crops: a learned score per crop, softmax over those that are there.
 * @param crops n × FACE_CROPS × EMBEDDING
 * @param mask n × FACE_CROPS of 0 and 1
 */
export function attendCrops(layers: Layers, crops: Tensor3D, mask: Tensor2D): Tensor2D {
  const [n, count, width] = crops.shape;
  const score = tf.reshape(layers.dense('face/crop-score', tf.reshape(crops, [n * count, width]), 1), [n, count]);
  const weights = tf.mul(tf.softmax(tf.add(score, tf.mul(tf.sub(1, mask), ABSENT))), mask);
  return tf.sum(tf.mul(crops, tf.expandDims(weights, 2)), 1);
}

/**
 * Gated attention over modalities (after Arevalo et al. 2017). A gate sees every embedding, what each modality believes,
 * its quality and presence, and divides attention among those present. The fused evidence is the weighted sum of the
 * modalities' own logits, growing with the number of agreeing witnesses, plus a correction learned from the fused
 * embedding. With one modality present there is nothing to fuse: the answer is that modality's own, so fusion cannot make
 * it worse.
 */
export function fuse(layers: Layers, { embeddings, heads, present, quality }: FusionInput): FusionOutput {
  const perModality = MODALITIES.map((modality, i) => {
    const here = tf.slice(present, [0, i], [-1, 1]);
    return { modality, here, belief: tf.mul(tf.softmax(heads[modality].logits), here) };
  });
  const evidence = perModality.flatMap(({ modality, here, belief }) => [tf.mul(embeddings[modality], here), belief]);
  const gateInput = layers.dropout(tf.concat([...evidence, quality, present], 1) as Tensor2D, 0.3);
  const hidden = layers.dense('fusion/gate-hidden', gateInput, FUSION_HIDDEN, 'relu');
  const gate = layers.dense('fusion/gate', hidden, MODALITIES.length);
  const weights = tf.mul(tf.softmax(tf.add(gate, tf.mul(tf.sub(1, present), ABSENT))), present) as Tensor2D;

  const weighted = (pick: (modality: Modality) => Tensor2D): Tensor2D =>
    tf.addN(MODALITIES.map((modality, i) => tf.mul(pick(modality), tf.slice(weights, [0, i], [-1, 1]))));
  const others = tf.maximum(tf.sub(tf.sum(present, 1, true), 1), 0);
  const scale = tf.add(1, tf.mul(others, layers.vector('fusion/agreement', 1, 0.3)));
  const projected = weighted((modality) =>
    layers.dense(`fusion/project-${modality}`, embeddings[modality], FUSION_HIDDEN),
  );
  const fused = layers.dropout(tf.relu(projected), 0.4);
  const several = tf.minimum(others, 1);
  const corrected = (own: Tensor2D, name: string): Tensor2D =>
    tf.add(own, tf.mul(layers.dense(name, fused, own.shape[1]), several));
  const logits = tf.mul(
    weighted((modality) => heads[modality].logits),
    scale,
  ) as Tensor2D;
  const affect = weighted((modality) => heads[modality].affect);
  return {
    weights,
    logits: corrected(logits, 'fusion/logits'),
    affect: tf.clipByValue(corrected(affect, 'fusion/affect'), -1, 1),
  };
}
