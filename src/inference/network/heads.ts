import type { Tensor2D } from '@tensorflow/tfjs-core';
import { EMOTIONS, type Modality } from '../../common/emotions.js';
import type { Layers } from './layers.js';

/** What one modality says on its own. */
export interface HeadOutput {
  /** n × 7, before softmax. */
  logits: Tensor2D;
  /** n × 2: valence, arousal, -1..1. */
  affect: Tensor2D;
}

/** The auxiliary heads of a modality's embedding (n × EMBEDDING). */
export function modalityHeads(layers: Layers, modality: Modality, embedding: Tensor2D): HeadOutput {
  return {
    logits: layers.dense(`${modality}/logits`, embedding, EMOTIONS.length),
    affect: layers.dense(`${modality}/affect`, embedding, 2, 'tanh'),
  };
}
