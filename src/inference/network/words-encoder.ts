import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { WORD_BUCKETS, WORD_NGRAMS, WORD_ROW } from '../../features/types.js';
import { EMBEDDING, WORD_EMBEDDING } from './sizes.js';
import type { Layers } from './layers.js';

const WIDTHS = [1, 2, 3] as const;
const FILTERS = 64;

/**
 * Each token is the mean of its hashed n-grams' embeddings (Bojanowski et al. 2017). In the scope of a negation it is turned: a
 * learned vector times itself and another one are added, whatever the word, so that what is learned of "not sad" holds for
 * words never seen negated (contextual valence shifters, Polanyi and Zaenen 2006). Then convolutions over one, two and three
 * tokens, their maximum and mean over the text (Kim 2014); then the meta features join.
 * @param text n × tokens × WORD_ROW, int32: ids, 0 is padding, and the mark of negation; tokens past the longest text may be left out, as they weigh nothing
 * @param meta n × WORDS_META
 * @returns n × EMBEDDING
 */
export function wordsEncoder(layers: Layers, text: Tensor3D, meta: Tensor2D): Tensor2D {
  const [n, length] = text.shape;
  const ids = tf.slice(text, [0, 0, 0], [n, length, WORD_NGRAMS]);
  const mark = tf.slice(text, [0, 0, WORD_NGRAMS], [n, length, WORD_ROW - WORD_NGRAMS]);
  const negated = tf.cast(tf.notEqual(mark, tf.scalar(0, 'int32')), 'float32'); // n × tokens × 1
  const known = tf.cast(tf.notEqual(ids, tf.scalar(0, 'int32')), 'float32'); // n × tokens × n-grams
  const inToken = tf.sum(known, 2, true); // n × tokens × 1
  const real = tf.minimum(inToken, 1) as Tensor3D; // 1 where there is a token
  const rows = layers.embedding('words/ngrams', tf.reshape(ids, [-1]), WORD_BUCKETS, WORD_EMBEDDING);
  const grams = tf.reshape(rows, [n, length, WORD_NGRAMS, WORD_EMBEDDING]);
  const share = tf.expandDims(tf.div(known, tf.maximum(inToken, 1)), 3);
  const plain = tf.sum(tf.mul(grams, share), 2) as Tensor3D;
  const turn = tf.add(
    // -1 at the start: what is denied is as if it were not said, until training knows better.
    tf.mul(plain, layers.vector('words/negated-turn', WORD_EMBEDDING, -1)),
    layers.vector('words/negated-shift', WORD_EMBEDDING),
  );
  const tokens = layers.dropout(tf.add(plain, tf.mul(negated, turn)) as Tensor3D, 0.3);
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
