import { ngramIds, wordFeatures } from '../../features/tokens.js';
import { WORD_NGRAMS, WORD_ROW, WORD_TOKENS, WORDS_META } from '../../features/types.js';
import type { Rng } from '../rng.js';
import { RECOGNISED } from '../train-options.js';
import { asRecognised } from './recognised.js';

/** Chance that an n-gram of a token is left out: others have to do, as they must where a word is new or was misheard. */
const NGRAM_LOST = 0.1;

/** A batch of texts as the network reads them. */
export interface TextBatch {
  /** n × length × WORD_ROW */
  ids: Int32Array;
  /** Tokens of the longest text, at least 1. */
  length: number;
  /** n × WORDS_META */
  meta: Float32Array;
}

/** Texts → batches, each text changed at random. */
export class BatchMaker {
  readonly #rng: Rng;
  /** Training sees the same words again and again. */
  readonly #known = new Map<string, number[]>();

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  make(texts: readonly { text: string; changed: number }[]): TextBatch {
    const meta = new Float32Array(texts.length * WORDS_META);
    const rows = texts.map(({ text, changed }, row) => {
      const given = this.#rng.chance(RECOGNISED) ? asRecognised(text, this.#rng) : text;
      const features = wordFeatures(given, changed === 1, this.#idsOf);
      meta.set(features.meta, row * WORDS_META);
      return features;
    });
    const length = Math.max(1, ...rows.map(({ count }) => count));
    const ids = new Int32Array(texts.length * length * WORD_ROW);
    rows.forEach(({ tokens, count }, row) => {
      this.#thin(tokens, count);
      ids.set(tokens.subarray(0, Math.min(count, WORD_TOKENS) * WORD_ROW), row * length * WORD_ROW);
    });
    return { ids, length, meta };
  }

  readonly #idsOf = (token: string): number[] => {
    let ids = this.#known.get(token);
    if (!ids) this.#known.set(token, (ids = ngramIds(token)));
    return ids;
  };

  #thin(tokens: Int32Array, count: number): void {
    for (let token = 0; token < count; token++)
      for (let k = 0; k < WORD_NGRAMS; k++) if (this.#rng.chance(NGRAM_LOST)) tokens[token * WORD_ROW + k] = 0;
  }
}
