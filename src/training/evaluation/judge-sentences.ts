import { z } from 'zod';
import { EMOTIONS } from '../../common/emotions.js';
import { wordsQuality } from '../../features/quality.js';
import { wordFeatures } from '../../features/tokens.js';
import { scoresOf } from '../../inference/scores-of.js';
import type { EmotionScores, Engine } from '../../inference/types.js';
import { ABSENT } from './examples.js';
import { table } from './markdown.js';
import { HEARD } from './heard-sentences.js';
import { OWN_SENTENCES } from './own-sentences.js';
import { bare, type OwnSentence } from './sentence-lines.js';
import { readOptional } from './sources.js';

/** Counts over a group of sentences. Right: the answer is one that is right, certain or not. */
const countsSchema = z.object({
  right: z.number(),
  uncertain: z.number(),
  wrong_and_certain: z.number(),
  /** Answered neutral, certain or not; absent where it was not counted. */
  neutral: z.number().optional(),
});
const sentencesSchema = z.array(
  z.object({
    version: z.string(),
    groups: z.record(
      z.string(),
      z.object({ n: z.number(), written: countsSchema, bare: countsSchema, heard: countsSchema.nullable() }),
    ),
  }),
);
type Counts = z.infer<typeof countsSchema>;
/** What each version of the model makes of the same sentences, oldest first. */
export type SentenceFigures = z.infer<typeof sentencesSchema>;

export function countAnswers(asked: readonly OwnSentence[], scores: readonly EmotionScores[]): Counts {
  const counts = { right: 0, uncertain: 0, wrong_and_certain: 0, neutral: 0 };
  asked.forEach(({ right }, i) => {
    const { probabilities, uncertain } = scores[i]!;
    const top = probabilities && EMOTIONS[probabilities.indexOf(Math.max(...probabilities))];
    const isRight = top !== null && right.includes(top!);
    if (top === 'neutral') counts.neutral++;
    if (isRight) counts.right++;
    if (uncertain) counts.uncertain++;
    if (!isRight && !uncertain) counts.wrong_and_certain++;
  });
  return counts;
}

/** Sentences of our own, as written, bare, and as a recogniser heard them (where all of a group were spoken); words alone. */
export async function judgeSentences(
  engine: Pick<Engine, 'run'>,
  groups: Readonly<Record<string, readonly OwnSentence[]>> = OWN_SENTENCES,
): Promise<SentenceFigures[number]['groups']> {
  const out: SentenceFigures[number]['groups'] = {};
  for (const [name, asked] of Object.entries(groups)) {
    const counted = async (change: (text: string) => string): Promise<Counts> => {
      const inputs = asked.map(({ text }) => {
        const words = wordFeatures(change(text));
        return { ...ABSENT, words: words.count > 0 ? { ...words, quality: wordsQuality(words.count, 0) } : null };
      });
      return countAnswers(asked, await scoresOf(engine, inputs));
    };
    const spoken = asked.every(({ text }) => HEARD.has(text));
    out[name] = {
      n: asked.length,
      written: await counted((text) => text),
      bare: await counted(bare),
      heard: spoken ? await counted((text) => HEARD.get(text)!) : null,
    };
  }
  return out;
}

/** The figures of other versions that the file holds, with those of this one. */
export async function withVersion(path: string, own: SentenceFigures[number]): Promise<SentenceFigures> {
  const earlier = await readSentences(path);
  return [...earlier.filter(({ version }) => version !== own.version), own];
}

export const readSentences = async (path: string): Promise<SentenceFigures> =>
  (await readOptional(path, sentencesSchema)) ?? [];

const EACH = [
  ['right', 'right'],
  ['uncertain', 'uncertain'],
  ['wrong_and_certain', 'wrong and certain'],
  ['neutral', 'neutral'],
] as const;

export function sentencesSection(figures: SentenceFigures): string {
  const names = [...new Set(figures.flatMap(({ groups }) => Object.keys(groups)))];
  const rows = names.flatMap((name) =>
    figures.flatMap(({ version, groups }) => {
      const group = groups[name];
      if (!group) return [];
      const cells = (counts: Counts | null): string[] => EACH.map(([key]) => String(counts?.[key] ?? '–'));
      return [[name, String(group.n), version, ...cells(group.written), ...cells(group.bare), ...cells(group.heard)]];
    }),
  );
  const variants = ['', ', bare', ', heard'];
  const head = [
    'sentences',
    'n',
    'version',
    ...variants.flatMap((variant) => EACH.map(([, title]) => title + variant)),
  ];
  return `## Sentences of our own

Written by hand for what the corpora have too little of (\`src/training/evaluation/own-sentences.ts\`), words alone; counts. What is denied
is right where the answer is neutral or the opposite. "No emotion word": short lines that tell what happened and name no feeling, ten of
each emotion but neutral; from 0.5.0 on training has other lines of that kind, by the same hand (\`words/situations.ts\`), and lines of strangers
may well do worse. "Neutral": answered so. "Bare": all lower case and without punctuation. "Heard": as Moonshine Tiny wrote
them down when espeak-ng had spoken them, whose robot's voice it often mistakes (\`heard-sentences.ts\`). Features and recipe were
chosen on \`tuned\` sentences; those \`kept apart\` were judged when that was done. Training can make none of the sentences but an emoji alone. Each version was
judged with the tokens that it came with (0.3.0: commit 1080bf1).

${table(head, rows)}`;
}
