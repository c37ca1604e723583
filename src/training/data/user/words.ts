import { writePrepared } from '../prepared.js';
import { toSet, type Utterance } from '../text.js';
import { SPLITS, type Split } from '../../splits.js';
import type { SplitItem } from './splits.js';

/**
 * Sentences of so many words are the same sentence where they are said again: IEMOCAP's scripts are played in every session, by
 * other actors. Shorter ones ("Yeah.") everybody says.
 */
const SENTENCE = 4;

export interface WordsOptions {
  items: readonly SplitItem[];
  out: string;
  setName: (split: Split) => string;
  skip: (reason: string) => void;
}

/** Utterances as a TextSet for each split; none is written where there is not one. @returns rows by split */
export async function prepareWords({ items, out, setName, skip }: WordsOptions): Promise<Record<Split, number>> {
  const said = new Map<string, Split>();
  const utterances: Record<Split, Utterance[]> = { train: [], valid: [], test: [] };
  for (const { text = '', speakerChanged = false, emotion, split } of items) {
    const words = text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];
    const sentence = words.join(' ');
    const first = words.length >= SENTENCE ? said.get(sentence) : undefined;
    // Test items come first, and training items last. Said again in the same part is no copy: another says it in another way.
    if (first !== undefined && first !== split) skip(`a sentence in ${split} that ${first} has too`);
    else {
      said.set(sentence, split);
      utterances[split].push({ text, speakerChanged, emotions: [emotion] });
    }
  }
  const counts: Record<Split, number> = { train: 0, valid: 0, test: 0 };
  const sets = SPLITS.map((split) => [split, toSet(utterances[split])] as const);
  for (const [split, set] of sets) {
    counts[split] = set.labels.length;
    for (let i = counts[split]; i < utterances[split].length; i++) skip('no words');
  }
  if (counts.train + counts.valid + counts.test === 0) return counts;
  for (const [split, set] of sets) await writePrepared(out, setName(split), { ...set });
  return counts;
}
