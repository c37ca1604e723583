import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { wordFeatures } from '../../src/features/tokens.js';
import { WORD_ROW, WORDS_META } from '../../src/features/types.js';
import { modalityHeads } from '../../src/inference/network/heads.js';
import { EMBEDDING } from '../../src/inference/network/sizes.js';
import { WORD_READERS, wordsEncoder } from '../../src/inference/network/words-encoder.js';
import { eachAlone } from '../../src/training/each-alone.js';
import { Rng } from '../../src/training/rng.js';
import { TrainingLayers } from '../../src/training/training-layers.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const layers = new TrainingLayers(new Rng(7));
layers.training = false;

/** @param length of the batch in tokens @param meta whether the meta features are there */
function embed(text: string, length: number, meta = true): number[] {
  return tf.tidy(() => {
    const features = wordFeatures(text);
    const ids: Tensor3D = tf.tensor3d(features.tokens.slice(0, length * WORD_ROW), [1, length, WORD_ROW], 'int32');
    const metas: Tensor2D = tf.tensor2d(meta ? features.meta : features.meta.map(() => 0), [1, WORDS_META]);
    return [...wordsEncoder(layers, ids, metas).dataSync()];
  });
}
const apart = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!))) / Math.max(...a.map(Math.abs));

describe('the words network', () => {
  it('answers the same however much padding follows, down to a single token', () => {
    expect(apart(embed('so they left', 3), embed('so they left', 32))).toBeLessThan(1e-5);
    expect(apart(embed('oh', 1), embed('oh', 32))).toBeLessThan(1e-5);
  });

  it('reads in order, up to the last word and from the first', () => {
    const texts = ['a b c d', 'b a c d', 'a b d c', 'a c b d'].map((text) => embed(text, 4));
    for (const other of texts.slice(1)) expect(apart(texts[0]!, other)).toBeGreaterThan(0.01);
    // A neighbour counts on both sides of it: the middle of three words is the same, its surroundings are not.
    expect(apart(embed('x y z', 3), embed('z y x', 3))).toBeGreaterThan(0.01);
  });

  it('sees the negation of a word, whatever the word', () => {
    for (const word of ['glad', 'zorbly']) {
      const [plain, denied] = [`is ${word}`, `not ${word}`].map((text) => embed(text, 2, false));
      expect(apart(plain!, denied!)).toBeGreaterThan(0.05);
    }
  });

  it('answers the mean of what each reader answers alone, and they differ', () => {
    const embedding: Tensor2D = tf.tensor2d(embed('what a strange thing to say', 6), [1, EMBEDDING]);
    const say = (of: Tensor2D): number[] => [...modalityHeads(layers, 'words', of).logits.dataSync()];
    const alone = eachAlone(embedding, WORD_READERS).map(say);
    expect(alone).toHaveLength(WORD_READERS);
    say(embedding).forEach((value, i) => {
      const mean = alone.reduce((sum, one) => sum + one[i]!, 0) / WORD_READERS;
      expect(value).toBeCloseTo(mean, 5);
    });
    expect(apart(alone[0]!, alone[1]!)).toBeGreaterThan(0.05);
  });
});
