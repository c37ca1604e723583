import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { WORD_BUCKETS, WORD_NGRAMS, WORD_ROW } from '../../features/types.js';
import { EMBEDDING, WORD_EMBEDDING } from './sizes.js';
import type { Layers } from './layers.js';

/** Networks that read a text side by side; each gives its part of the embedding. */
export const WORD_READERS = 4;
const WIDTHS = [1, 2, 3] as const;
/** Of each width, in each reader. */
const FILTERS = 48;
/** What a reader knows of a token. */
const WIDTH = WORD_EMBEDDING / WORD_READERS;

/**
 * Each token is the mean of its hashed n-grams' embeddings (Bojanowski et al. 2017). In the scope of a negation it is turned: a
 * learned vector times itself and another one are added, whatever the word, so that what is learned of "not sad" holds for
 * words never seen negated (contextual valence shifters, Polanyi and Zaenen 2006). Several readers of the same build, each with
 * its own columns of the table, answer side by side and are averaged (an ensemble, Hansen and Salamon 1990): convolutions over
 * one, two and three tokens, their maximum and mean over the text (Kim 2014); then the meta features join.
 * @param text n × tokens × WORD_ROW, int32: ids, 0 is padding, and the mark of negation; tokens past the longest text may be left out, as they weigh nothing
 * @param meta n × WORDS_META
 * @returns n × EMBEDDING: an equal part of each reader
 */
export function wordsEncoder(layers: Layers, text: Tensor3D, meta: Tensor2D): Tensor2D {
  const [n, length] = text.shape;
  const ids = tf.slice(text, [0, 0, 0], [n, length, WORD_NGRAMS]);
  const mark = tf.slice(text, [0, 0, WORD_NGRAMS], [n, length, WORD_ROW - WORD_NGRAMS]);
  const negated = tf.cast(tf.notEqual(mark, tf.scalar(0, 'int32')), 'float32'); // n × tokens × 1
  const known = tf.cast(tf.notEqual(ids, tf.scalar(0, 'int32')), 'float32'); // n × tokens × n-grams
  const real = tf.max(known, 2, true); // n × tokens × 1: 1 where there is a token
  const plain = layers.embedding('words/ngrams', ids, WORD_BUCKETS, WORD_EMBEDDING);
  const turn = tf.add(
    // -1 at the start: what is denied is as if it were not said, until training knows better.
    tf.mul(plain, layers.vector('words/negated-turn', WORD_EMBEDDING, -1)),
    layers.vector('words/negated-shift', WORD_EMBEDDING),
  );
  const tokens = tf.reshape(tf.add(plain, tf.mul(negated, turn)), [n, length, WORD_READERS, WIDTH]);
  const seen = layers.dropout(tokens, 0.3, [n, length, WORD_READERS, 1]);
  const line = tf.transpose(seen, [2, 0, 1, 3]) as Tensor4D; // readers × n × tokens × WIDTH
  const found = tf.concat(
    WIDTHS.map((width) => layers.denseEach(`words/over${width}`, windows(line, width), FILTERS, 'relu')),
    2,
  );
  const filters = FILTERS * WIDTHS.length;
  // After relu nothing is below 0, so that masking by multiplication leaves the maximum of the real tokens.
  const masked = tf.mul(tf.reshape(found, [WORD_READERS, n, length, filters]), real);
  const count = tf.maximum(tf.sum(real, 1), 1); // n × 1
  const mean = (of: Tensor): Tensor3D => tf.div(tf.sum(of, 2), count);
  const metas = tf.tile(tf.expandDims(meta), [WORD_READERS, 1, 1]);
  const all = tf.concat([mean(line), tf.max(masked, 2), mean(masked), metas], 2) as Tensor3D;
  const parts = layers.denseEach(
    'words/embedding',
    layers.dropout(all, 0.4, all.shape),
    EMBEDDING / WORD_READERS,
    'relu',
  );
  // Divided, so that a head's answer is the mean of what it says of each alone (eachAlone in training).
  return tf.div(tf.reshape(tf.transpose(parts, [1, 0, 2]), [n, EMBEDDING]), WORD_READERS);
}

/**
 * Each token with its neighbours: of two the next, of three the one before too; zeros past the ends.
 * @returns readers × (n · tokens) × (width · WIDTH)
 */
function windows(line: Tensor4D, width: (typeof WIDTHS)[number]): Tensor3D {
  const [readers, n, length, inputs] = line.shape;
  const none = tf.zeros([readers, n, 1, inputs]);
  const rest = (from: number): Tensor => tf.slice(line, [0, 0, from, 0], [readers, n, length - 1, inputs]);
  const [before, after] = [() => tf.concat([none, rest(0)], 2), () => tf.concat([rest(1), none], 2)];
  const side = { 1: () => [line], 2: () => [line, after()], 3: () => [before(), line, after()] }[width]();
  return tf.reshape(side.length === 1 ? line : tf.concat(side, 3), [readers, n * length, width * inputs]);
}
