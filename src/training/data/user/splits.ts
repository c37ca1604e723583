import { createHash } from 'node:crypto';
import type { Split } from '../../splits.js';
import type { Item } from '../corpora/item.js';

/** Share of the speakers without a split of their own that go to validation, and as many to testing. */
const HELD_OUT = 0.1;
/** Of the first twenty the one that gives CREMA-D's 91 actors shares nearest to HELD_OUT: 9 for validation, 10 for testing. */
const SEED = 19;

export interface SplitItem extends Item {
  split: Split;
}

/**
 * Gives every item a split: its own, else by its speaker. Where the corpus has a test part of its own, none is chosen. The choice
 * depends on the speaker's name alone, so that a folder prepared anew, with more or less in it, moves nobody out of the test part.
 * @returns test items first, then validation, then training: what is held out is known before training items are taken
 */
export function splitItems(corpus: string, items: readonly Item[]): SplitItem[] {
  const hasTest = items.some(({ split }) => split === 'test');
  const all = items.map((item) => ({ ...item, split: item.split ?? chosenSplit(corpus, item.speaker, hasTest) }));
  return (['test', 'valid', 'train'] as const).flatMap((split) => all.filter((item) => item.split === split));
}

function chosenSplit(corpus: string, speaker: string, hasTest: boolean): Split {
  const digest = createHash('sha256').update(`${SEED}/${corpus}/${speaker}`).digest();
  const place = digest.readUInt32LE(0) / 2 ** 32;
  if (place < HELD_OUT) return 'valid';
  return place < 2 * HELD_OUT && !hasTest ? 'test' : 'train';
}

/** A number for every speaker of a corpus, from `first` on in the order of their names. */
export function numberSpeakers(items: readonly Item[], first: number): Map<string, number> {
  const names = [...new Set(items.map(({ speaker }) => speaker))].sort();
  return new Map(names.map((name, i) => [name, first + i]));
}
