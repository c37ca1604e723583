import { join } from 'node:path';
import { z } from 'zod';
import { EMOTIONS } from '../../common/emotions.js';
import { FaceFinder } from '../../features/face-finder.js';
import { FaceObserver } from '../../features/face-observer.js';
import { exists } from '../data/corpora/folders.js';
import { portraitAt, portraitSet, type PortraitSet } from '../data/muxspace.js';
import { readPrepared } from '../data/prepared.js';
import { progressOf } from '../progress.js';
import { answersOf, type Answer } from './answers.js';
import { ABSENT, shownStill, type Example } from './examples.js';
import { interval, percent, table } from './markdown.js';
import type { Judge } from './sets.js';
import { bootstrap, indicesBy } from './statistics.js';

const HAPPY = EMOTIONS.indexOf('happy');

/** Happy against any other expression, as `models/portraits.json` holds it. Shares 0..1. */
export const portraitFiguresSchema = z.object({
  n: z.number(),
  persons: z.number(),
  /** With the first search of a call. The other figures are of these alone. */
  found: z.number(),
  /** Of the happy: the answer is happy. Of the rest: it is another one. */
  recall_happy: z.number(),
  recall_rest: z.number(),
  /** The mean of both. */
  balanced_accuracy: z.number(),
  /** 95 % bootstrap interval of that; persons are drawn. */
  ci95: z.tuple([z.number(), z.number()]),
  /** Answers that are `uncertain`, and the balanced accuracy of the others. */
  uncertain: z.number(),
  certain_balanced_accuracy: z.number(),
  /** How often each emotion is answered, in the order of EMOTIONS. */
  answers: z.array(z.number()),
});
export type PortraitFigures = z.infer<typeof portraitFiguresSchema>;

/** An answer about a portrait: who is in it, and whether its label is happy. */
export interface PortraitAnswer extends Pick<Answer, 'top' | 'certain'> {
  happy: boolean;
  person: number;
}

/** Whole portraits that no training saw, found and framed as in a call that sees one picture, face alone; null: not prepared. */
export async function judgePortraits(judge: Judge, prepared: string): Promise<PortraitFigures | null> {
  const name = portraitSet('valid');
  if (!(await exists(join(prepared, `${name}.json`)))) return null;
  const set = await readPrepared<PortraitSet>(prepared, name);
  const answers = await answersOf(judge, await foundFaces(set), progressOf(name, judge.log));
  const figures = portraitFigures(
    answers.map(({ group, top, certain }) => ({
      ...{ top, certain, happy: set.happy[group] === 1, person: set.persons[group]! },
    })),
    set.happy.length,
  );
  const { found, balanced_accuracy, recall_happy, recall_rest } = figures;
  judge.log(
    `portraits: found ${found}, happy or not ${balanced_accuracy} (happy ${recall_happy}, rest ${recall_rest}) n ${figures.n}`,
  );
  return figures;
}

/** Of each portrait in which a face is found at once: what the network gets of it in a call. */
async function foundFaces(set: PortraitSet): Promise<Example[]> {
  const finder = await FaceFinder.create();
  try {
    return [...set.happy.keys()].flatMap((i) => {
      const seen = new FaceObserver(finder).observe({ ...portraitAt(set, i), mediaTime: 0, arrivalMs: 0 });
      if (!seen.crop || !seen.box) return [];
      const face = shownStill(seen.crop, seen.quality, seen.box);
      return [{ input: { ...ABSENT, face }, label: -1, group: i }];
    });
  } finally {
    finder.dispose();
  }
}

/** @param n portraits, those among them in which no face was found */
export function portraitFigures(answers: readonly PortraitAnswer[], n: number): PortraitFigures {
  const round = (value: number): number => Number(value.toFixed(4));
  const certain = answers.filter((answer) => answer.certain);
  const byPerson = indicesBy(answers.map(({ person }) => person));
  const [ci95] = bootstrap(byPerson.length, (drawn) => [
    balanced([...drawn].flatMap((person) => byPerson[person]!.map((i) => answers[i]!))).mean,
  ]);
  const { happy, rest, mean } = balanced(answers);
  return {
    n,
    persons: byPerson.length,
    found: round(answers.length / Math.max(n, 1)),
    recall_happy: round(happy),
    recall_rest: round(rest),
    balanced_accuracy: round(mean),
    ci95: [round(ci95?.[0] ?? 0), round(ci95?.[1] ?? 0)],
    uncertain: round(1 - certain.length / Math.max(answers.length, 1)),
    certain_balanced_accuracy: round(balanced(certain).mean),
    answers: EMOTIONS.map((_, k) => round(answers.filter(({ top }) => top === k).length / Math.max(answers.length, 1))),
  };
}

function balanced(answers: readonly PortraitAnswer[]): { happy: number; rest: number; mean: number } {
  const recall = (of: boolean): number => {
    const own = answers.filter(({ happy }) => happy === of);
    return own.filter(({ top }) => (top === HAPPY) === of).length / Math.max(own.length, 1);
  };
  const [happy, rest] = [recall(true), recall(false)];
  return { happy, rest, mean: (happy + rest) / 2 };
}

/** For the accuracy page. */
export function portraitsSection(figures: PortraitFigures | null): string {
  const head = '## Faces of another corpus\n\n';
  if (!figures) return `${head}**Not measured** in this run: \`emostream data prepare\` with muxspace.`;
  const f = figures;
  return `${head}Press photographs cut to the head (muxspace's labels of Labeled Faces in the Wild, its part \`valid\`), whole and in grey, of people
whom training never saw. The face is found, confirmed and framed as with the first picture of a call, and shown as it is and mirrored; face alone. Only happy
against the rest is judged: a second annotator repeats no other label (on this one kappa is 0.76). A quarter of the people took part in
choosing how a found face is confirmed, nobody in anything else.

${table(
  [
    'n',
    'persons',
    'found',
    'balanced accuracy',
    'recall of happy',
    'recall of the rest',
    'uncertain',
    'the others: balanced',
  ],
  [
    [
      ...[String(f.n), String(f.persons), percent(f.found)],
      `${percent(f.balanced_accuracy)} [${interval(f.ci95)}]`,
      ...[percent(f.recall_happy), percent(f.recall_rest), percent(f.uncertain), percent(f.certain_balanced_accuracy)],
    ],
  ],
)}

What is answered, % of those found:

${table([...EMOTIONS], [f.answers.map(percent)])}`;
}
