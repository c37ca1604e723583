import { EMOTIONS, type Emotion } from '../../common/emotions.js';
import { CORPUS_TITLES } from '../train-options.js';
import { FOLD_SETS, LEFT_OUT_SETS } from './held-out-sets.js';
import type { BriefFigures } from './brief-figures.js';
import { interval, percent, table } from './markdown.js';
import type { Interval } from './statistics.js';
import type { TestFigures } from './test-figures.js';

type Results = Record<string, TestFigures>;

const share = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : percent(value);
const withInterval = ({ uar, ci95 }: { uar: number; ci95: Interval }): string => `${percent(uar)} [${interval(ci95)}]`;

/** Who was heard in training, by set; in the order of the page. */
const kindOf = (heardBursts: boolean): Record<string, string> => ({
  ravdess_test: 'other speakers of the corpus',
  emodb_test: 'other speakers of the corpus',
  nemo_test: 'other speakers of the corpus',
  ...Object.fromEntries(FOLD_SETS.map((name) => [name, 'recipe: other speakers of the corpus'])),
  emogator_test: `${heardBursts ? 'other speakers' : 'nobody'} of the corpus; **no speech**`,
  ...Object.fromEntries(
    LEFT_OUT_SETS.map((name) => [name, `recipe: the two other corpora${heardBursts ? ' and bursts' : ''}`]),
  ),
});

export const UNSEEN_SETS = ['emogator_test', ...LEFT_OUT_SETS];

/**
 * Voices of people, and of corpora, that training did not hear: by clip and sex, in rooms and by second.
 * @param corpora titles of those that the model was trained on
 */
export function unseenSection(results: Results, corpora: readonly string[]): string {
  const kinds = kindOf(corpora.includes(CORPUS_TITLES.emogator));
  const voices = Object.entries(kinds).flatMap(([name, kind]) =>
    results[name] ? [[name, results[name], kind] as const] : [],
  );
  const missing = [
    ...(results['emogator_test']
      ? []
      : ['EmoGator was **not measured** in this run: `emostream data prepare` with its archive.']),
    ...(LEFT_OUT_SETS.every((name) => results[name])
      ? []
      : ['Leaving a corpus out was **not measured** in this run: `emostream train voice --leave-out-corpus`.']),
  ];
  return `## Voices that training never heard

Mean recall (UAR) by clip in silence, as recorded. "Recipe": trained anew by the same recipe and as many steps, judged on whom it did not
hear, no epoch chosen on them (but the encoders, the layers read of them and parts of the recipe were: corpora left out are "selected
on"). A recipe whose command has \`--log-mel\` took over networks on log-mel that were trained on a GPU together with the shipped ones, for as
many steps ([model card](fusion/README.md)). The other rows are the shipped weights. Bursts of the voice (EmoGator) are no speech and stand apart.
${missing.map((text) => `\n${text}\n`).join('')}
${table(
  [
    'set',
    'heard in training',
    'n',
    'UAR',
    'without voice encoders',
    'women',
    'men',
    'ECE',
    'uncertain',
    'right of the others',
  ],
  voices.map(([name, r, kind]) => [
    name,
    kind,
    String(r.n),
    withInterval({ uar: r.uar, ci95: r.ci95.uar }),
    r.without_encoders ? withInterval(r.without_encoders) : '–',
    r.by_sex ? withInterval(r.by_sex.female) : '–',
    r.by_sex ? withInterval(r.by_sex.male) : '–',
    r.ece.toFixed(3),
    share(r.certain && 1 - r.certain.coverage),
    share(r.certain?.accuracy),
  ]),
)}
${meanOfLeftOut(results)}${burstsText(results['emogator_test'])}
### In rooms, by clip and by second

Users get seconds, in rooms. Noise of a drawn colour, white to brownish, at so many dBFS under and around the clip, which begins anywhere
against the seconds; voice activity, windows and features are those of calls. Up to some 120 clips of each set. A second in which a call
hears no voice has no answer and is not counted. UAR:

${roomsTable(voices)}`;
}

/** The mean over the corpora left out, from their intervals, taken as independent. */
function meanOfLeftOut(results: Results): string {
  const sets = LEFT_OUT_SETS.flatMap((name) => (results[name] ? [results[name]] : []));
  if (sets.length < LEFT_OUT_SETS.length) return '';
  const mean = sets.reduce((sum, { uar }) => sum + uar, 0) / sets.length;
  const half = (side: 0 | 1): number => Math.hypot(...sets.map(({ uar, ci95 }) => ci95.uar[side] - uar)) / sets.length;
  const ci95: Interval = [mean - half(0), mean + half(1)];
  return `\nA corpus left out, mean of the ${sets.length}: UAR **${withInterval({ uar: mean, ci95 })}**; by chance 14 to 17.\n`;
}

/** What is said to bursts that are often taken for another. */
const BURSTS: readonly [said: string, label: Emotion][] = [
  ['laughs and cheers', 'happy'],
  ['growls and shouts', 'angry'],
  ['sobs and sighs', 'sad'],
];

function burstsText(bursts: TestFigures | undefined): string {
  const confusion = bursts?.confusion;
  if (!confusion) return '';
  const fearful = EMOTIONS.indexOf('fearful');
  const rows = BURSTS.flatMap(([said, label]) => {
    const row = confusion[EMOTIONS.indexOf(label)]!;
    const n = row.reduce((sum, count) => sum + count, 0);
    const share = (k: number): string => percent(row[k]! / n);
    const own = share(EMOTIONS.indexOf(label));
    return n > 0 ? [`of ${n} ${said} ${own} % are answered ${label} and ${share(fearful)} % fearful`] : [];
  });
  return `\nBursts (EmoGator), before any answer is called \`uncertain\`: ${rows.join('; ')}.\n`;
}

function roomsTable(voices: readonly (readonly [string, TestFigures, string])[]): string {
  const judged = voices.flatMap(([name, r]) => (r.rooms ? [{ name, r, rooms: Object.entries(r.rooms) }] : []));
  const dbfs = judged[0]?.rooms.map(([room]) => room) ?? [];
  if (dbfs.length === 0) return 'Not measured.';
  const head = ['set', 'by clip, no room', ...dbfs.flatMap((room) => [`by clip, ${room}`, `by second, ${room}`])];
  const uars = judged.map(({ name, r, rooms }) => [
    name,
    percent(r.uar),
    ...rooms.flatMap(([, { clip, second }]) => [percent(clip.uar), withInterval(second)]),
  ]);
  const cell = ({ n, ece, uncertain, certain_accuracy }: BriefFigures): string =>
    `${n} / ${ece.toFixed(3)} / ${share(uncertain)} / ${share(certain_accuracy)}`;
  const seconds = judged.map(({ name, rooms }) => [
    name,
    ...rooms.flatMap(([, { second, clips_without_a_second: none }]) => [cell(second), percent(none)]),
  ]);
  const titles = dbfs.flatMap((room) => [`n / ECE / uncertain / right, ${room}`, `clips unheard, ${room}`]);
  return `${table(head, uars)}

The same seconds: how many, their calibration error, how often they are \`uncertain\` and the others right; and clips of which no second
has a voice.

${table(['set', ...titles], seconds)}`;
}
