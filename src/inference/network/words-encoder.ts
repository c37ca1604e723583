import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { WORD_BUCKETS, WORD_NGRAMS } from '../../features/types.js';
import { EMBEDDING, WORD_EMBEDDING } from './sizes.js';
import type { Layers } from './layers.js';

const WIDTHS = [1, 2, 3] as const;
const FILTERS = 64;

/**
 * Each token is the mean of its hashed n-grams' embeddings (Bojanowski et al. 2017); convolutions over one, two and three
 * tokens, their maximum and mean over the text (Kim 2014); then the meta features join.
 * @param ids n × tokens × WORD_NGRAMS, int32, 0 is padding; tokens past the longest text may be left out, as they weigh nothing
 * @param meta n × WORDS_META
 * @returns n × EMBEDDING
 */
export function wordsEncoder(layers: Layers, ids: Tensor3D, meta: Tensor2D): Tensor2D {
  const [n, length] = ids.shape;
  const known = tf.cast(tf.notEqual(ids, tf.scalar(0, 'int32')), 'float32'); // n × tokens × n-grams
  const inToken = tf.sum(known, 2, true); // n × tokens × 1
  const real = tf.minimum(inToken, 1) as Tensor3D; // 1 where there is a token
  const rows = layers.embedding('words/ngrams', tf.reshape(ids, [-1]), WORD_BUCKETS, WORD_EMBEDDING);
  const grams = tf.reshape(rows, [n, length, WORD_NGRAMS, WORD_EMBEDDING]);
  const share = tf.expandDims(tf.div(known, tf.maximum(inToken, 1)), 3);
  const tokens = layers.dropout(tf.sum(tf.mul(grams, share), 2) as Tensor3D, 0.3);
  const line = tf.reshape(tokens, [n, 1, length, WORD_EMBEDDING]) as Tensor4D;
  const count = tf.maximum(tf.sum(real, 1), 1) as Tensor2D; // n × 1
  const pooled: Tensor2D[] = [tf.div(tf.sum(tokens, 1), count)];
  for (const width of WIDTHS) {
    const convolved = layers.conv2d(`words/conv${width}`, line, { filters: FILTERS, kernel: [1, width] });
    // After relu nothing is below 0, so that masking by multiplication leaves the maximum of the real tokens.
    const masked = tf.mul(tf.reshape(convolved, [n, length, FILTERS]), real);
    pooled.push(tf.max(masked, 1), tf.div(tf.sum(masked, 1), count));
  }
  const all = layers.dropout(tf.concat([...pooled, meta], 1), 0.4);
  return layers.dense('words/embedding', all, EMBEDDING, 'relu');
}
