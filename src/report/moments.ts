import { EMOTIONS, type Emotion } from '../common/emotions.js';
import type { Moment, ReportPerson, ReportWords } from './report-data.js';

/** A change is between so many seconds before and after. */
const SPAN = 3;
/** So much of the distribution moves, at least. */
const LEAST_CHANGE = 0.3;
/** Changes that are nearer to each other, seconds, are one. */
const APART = 8;
const MOST_CHANGES = 6;
/** A second that is no more than this is not the strongest of anything. */
const LEAST_SCORE = 0.4;

/** Seconds of note: where an emotion is strongest, and where one gives way to another. In order of time. */
export function momentsOf(
  { people, seconds }: { people: readonly ReportPerson[]; seconds: number },
  words: readonly ReportWords[],
): Moment[] {
  const found = people.flatMap((person, at) => [...strongest(person, at), ...changes(person, seconds, at)]);
  return found
    .map((moment) => ({ ...moment, words: saidAt(words, moment.person, moment.second) }))
    .sort((a, b) => a.second - b.second || a.person - b.person);
}

type Found = Omit<Moment, 'words'>;

function strongest(person: ReportPerson, at: number): Found[] {
  return EMOTIONS.flatMap((emotion, index): Found[] => {
    let best: Found | null = null;
    person.scores[emotion].forEach((value, second) => {
      if (person.label[second] !== index || person.uncertain[second] === 1 || value === null) return;
      const size = value / 1000;
      if (size >= LEAST_SCORE && size > (best?.size ?? 0)) {
        best = { person: at, second, kind: 'strongest', emotion, before: null, size };
      }
    });
    return best ? [best] : [];
  });
}

function changes(person: ReportPerson, seconds: number, at: number): Found[] {
  const all: Found[] = [];
  for (let second = SPAN; second + SPAN <= seconds; second++) {
    const before = meanOf(person, second - SPAN, second);
    const after = meanOf(person, second, second + SPAN);
    if (!before || !after) continue;
    const size = before.reduce((sum, value, i) => sum + Math.abs(value - after[i]!), 0) / 2;
    const [from, to] = [topOf(before), topOf(after)];
    if (size >= LEAST_CHANGE && from !== to) {
      all.push({ person: at, second, kind: 'change', emotion: to, before: from, size: Math.round(size * 1000) / 1000 });
    }
  }
  const chosen: Found[] = [];
  for (const change of all.sort((a, b) => b.size - a.size || a.second - b.second)) {
    if (chosen.length === MOST_CHANGES) break;
    if (chosen.every(({ second }) => Math.abs(second - change.second) >= APART)) chosen.push(change);
  }
  return chosen;
}

/** The mean distribution of some seconds; null where one of them has none. */
function meanOf({ scores }: ReportPerson, from: number, to: number): number[] | null {
  const sums = EMOTIONS.map((emotion) => {
    let sum = 0;
    for (let second = from; second < to; second++) sum += scores[emotion][second] ?? NaN;
    return sum / (to - from) / 1000;
  });
  return sums.every(Number.isFinite) ? sums : null;
}

const topOf = (distribution: readonly number[]): Emotion => EMOTIONS[distribution.indexOf(Math.max(...distribution))]!;

function saidAt(words: readonly ReportWords[], person: number, second: number): string {
  return words
    .filter((said) => said.person === person && said.from < second + 1 && said.to > second)
    .map(({ text }) => text)
    .join(' ');
}
