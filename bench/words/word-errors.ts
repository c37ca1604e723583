import { sayNumber } from './numbers.js';

/**
 * A text as words that are compared: what is written differently and said the same becomes the same. Case and punctuation go,
 * numbers are written out, "and" in them is left out ("a hundred and five"), hyphens separate.
 */
export function comparedWords(text: string): string[] {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\u2018\u2019\u02bc`\u00b4]/gu, "'")
    .replaceAll(/(\d),(?=\d{3}\b)/gu, '$1')
    .replaceAll(/\d{1,12}/gu, (digits) => ` ${sayNumber(Number(digits))} `)
    .replaceAll(/(hundred|thousand|million|billion) and /gu, '$1 ')
    .replaceAll(/[^\p{L}\p{N}']+/gu, ' ')
    .replaceAll(/(?<!\p{L})'|'(?!\p{L})/gu, '')
    .split(' ')
    .filter((word) => word !== '');
}

export interface WordErrors {
  /** Words of the reference. */
  words: number;
  substituted: number;
  missing: number;
  added: number;
}

/** The fewest changes that make one text of the other (Levenshtein), by kind. */
export function wordErrors(reference: readonly string[], heard: readonly string[]): WordErrors {
  interface Cell {
    cost: number;
    substituted: number;
    missing: number;
    added: number;
  }
  let row: Cell[] = heard.map((_, j) => ({ cost: j + 1, substituted: 0, missing: 0, added: j + 1 }));
  row.unshift({ cost: 0, substituted: 0, missing: 0, added: 0 });
  for (const [i, word] of reference.entries()) {
    const next: Cell[] = [{ cost: i + 1, substituted: 0, missing: i + 1, added: 0 }];
    for (const [j, other] of heard.entries()) {
      const [diagonal, above, left] = [row[j]!, row[j + 1]!, next[j]!];
      const same = word === other;
      const options: Cell[] = [
        { ...diagonal, cost: diagonal.cost + (same ? 0 : 1), substituted: diagonal.substituted + (same ? 0 : 1) },
        { ...above, cost: above.cost + 1, missing: above.missing + 1 },
        { ...left, cost: left.cost + 1, added: left.added + 1 },
      ];
      next.push(options.reduce((best, option) => (option.cost < best.cost ? option : best)));
    }
    row = next;
  }
  const { substituted, missing, added } = row.at(-1)!;
  return { words: reference.length, substituted, missing, added };
}

/** Of several texts: errors over words of all of them together. */
export function errorRate(all: readonly WordErrors[]): number {
  const sum = (of: (errors: WordErrors) => number) => all.reduce((total, errors) => total + of(errors), 0);
  return (
    sum(({ substituted, missing, added }) => substituted + missing + added) /
    Math.max(
      1,
      sum(({ words }) => words),
    )
  );
}
