import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { EMOTIONS } from '../common/emotions.js';
import { normaliseFaces } from '../features/face-normalise.js';
import {
  FACE_SIZE,
  HEARD_STEPS,
  HEARD_WIDTH,
  MEL_BANDS,
  MEL_FRAMES,
  WORD_ROW,
  WORD_TOKENS,
  WORDS_META,
  type Heard,
} from '../features/types.js';
import type { NamedWeights } from '../inference/model-format.js';
import { faceEncoder } from '../inference/network/face-encoder.js';
import { modalityHeads } from '../inference/network/heads.js';
import { InferenceLayers } from '../inference/network/inference-layers.js';
import { EMBEDDING } from '../inference/network/sizes.js';
import { voiceEncoder, type HeardTensors } from '../inference/network/voice-encoder.js';
import { wordsEncoder } from '../inference/network/words-encoder.js';
import type { Modality } from '../common/emotions.js';

/** What a modality's own network says of many examples. */
export interface Predictions {
  n: number;
  /** n × EMBEDDING */
  embeddings: Float32Array;
  /** n × 7, before softmax */
  logits: Float32Array;
  /** n × 2 */
  affect: Float32Array;
}

const BATCH = 128;

function predict(
  folded: ReadonlyMap<string, NamedWeights>,
  modality: Modality,
  n: number,
  encode: (layers: InferenceLayers, from: number, to: number) => Tensor2D,
): Predictions {
  const weights = new Map([...folded].map(([name, { shape, values }]) => [name, tf.tensor(values, shape)]));
  const layers = new InferenceLayers(weights);
  const out: Predictions = {
    n,
    embeddings: new Float32Array(n * EMBEDDING),
    logits: new Float32Array(n * EMOTIONS.length),
    affect: new Float32Array(n * 2),
  };
  for (let from = 0; from < n; from += BATCH) {
    tf.tidy(() => {
      const embedding = encode(layers, from, Math.min(from + BATCH, n));
      const { logits, affect } = modalityHeads(layers, modality, embedding);
      out.embeddings.set(embedding.dataSync(), from * EMBEDDING);
      out.logits.set(logits.dataSync(), from * EMOTIONS.length);
      out.affect.set(affect.dataSync(), from * 2);
    });
  }
  tf.dispose([...weights.values()]);
  return out;
}

/** @param folded weights after `foldBatchNorm` @param images n × FACE_SIZE² grey */
export function predictFaces(folded: ReadonlyMap<string, NamedWeights>, images: Uint8Array): Predictions {
  const pixels = FACE_SIZE * FACE_SIZE;
  return predict(folded, 'face', images.length / pixels, (layers, from, to) => {
    const x = normaliseFaces(images.subarray(from * pixels, to * pixels), to - from);
    return faceEncoder(layers, tf.tensor4d(x, [to - from, FACE_SIZE, FACE_SIZE, 1]));
  });
}

/**
 * @param windows n × MEL_FRAMES × MEL_BANDS, normalised
 * @param heard what encoders heard in all of them, one after the other; null: nothing
 */
export function predictVoices(
  folded: ReadonlyMap<string, NamedWeights>,
  windows: Float32Array,
  heard: Heard | null = null,
): Predictions {
  const size = MEL_FRAMES * MEL_BANDS;
  return predict(folded, 'voice', windows.length / size, (layers, from, to) => {
    const x = windows.subarray(from * size, to * size);
    return voiceEncoder(
      layers,
      tf.tensor4d(x, [to - from, MEL_FRAMES, MEL_BANDS, 1]),
      heard && heardTensors(heard, from, to),
    );
  });
}

function heardTensors({ frames, present }: Heard, from: number, to: number): HeardTensors {
  const size = HEARD_STEPS * HEARD_WIDTH;
  const there = Float32Array.from(present.subarray(from * HEARD_STEPS, to * HEARD_STEPS));
  return {
    frames: tf.tensor3d(frames.subarray(from * size, to * size), [to - from, HEARD_STEPS, HEARD_WIDTH]),
    present: tf.tensor2d(there, [to - from, HEARD_STEPS]),
  };
}

/** @param tokens n × WORD_TOKENS × WORD_ROW @param meta n × WORDS_META */
export function predictWords(
  folded: ReadonlyMap<string, NamedWeights>,
  tokens: Int32Array,
  meta: Float32Array,
): Predictions {
  const size = WORD_TOKENS * WORD_ROW;
  return predict(folded, 'words', tokens.length / size, (layers, from, to) => {
    const shape: [number, number, number] = [to - from, WORD_TOKENS, WORD_ROW];
    const ids: Tensor3D = tf.tensor3d(tokens.subarray(from * size, to * size), shape, 'int32');
    return wordsEncoder(
      layers,
      ids,
      tf.tensor2d(meta.subarray(from * WORDS_META, to * WORDS_META), [to - from, WORDS_META]),
    );
  });
}

/** Row-wise softmax of n × 7 logits at a temperature. */
export function probabilities(logits: Float32Array, temperature = 1): Float32Array {
  const out = new Float32Array(logits.length);
  for (let row = 0; row < logits.length; row += EMOTIONS.length) {
    const scaled = Array.from(logits.subarray(row, row + EMOTIONS.length), (logit) => logit / temperature);
    const most = Math.max(...scaled);
    const powers = scaled.map((value) => Math.exp(value - most));
    const total = powers.reduce((sum, power) => sum + power, 0);
    powers.forEach((power, i) => (out[row + i] = power / total));
  }
  return out;
}
