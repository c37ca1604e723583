import { USER_CORPORA } from '../data/user-corpora.js';
import type { TestFigures } from './test-figures.js';
import { percent, table } from './markdown.js';

/** Corpora whose terms do not allow commercial use, of weights trained on them neither, by title. */
const BOUND: Record<string, string> = {
  'FER+': 'The FER2013 pictures are for research',
  RAVDESS: 'RAVDESS is CC BY-NC-SA 4.0, not commercial',
  'EMO-DB': 'EMO-DB is for research',
  nEMO: 'nEMO is CC BY-NC-SA 4.0, not commercial',
  ...Object.fromEntries(
    Object.values(USER_CORPORA).flatMap(({ title, terms, commercial }) =>
      commercial ? [] : [[title, `${title}: ${terms}`]],
    ),
  ),
};

/** For whom weights are that were trained on these corpora: the first line of every card and page. */
export function forWhom(corpora: readonly string[]): string {
  const bound = [...new Set(corpora)].flatMap((title) => (BOUND[title] ? [BOUND[title]] : []));
  if (bound.length === 0) {
    return '**For whom:** anybody who keeps to the terms of the corpora below, commercial use too; it was trained on nothing that forbids it.';
  }
  return `**For whom: research, teaching and private use; not for commercial use.** ${bound.join('; ')}.`;
}

/** What would have to be there for commercial use. */
export const WHAT_WOULD_CHANGE_IT =
  'No corpus here allows commercial use of face and voice. What would change that: recordings of people who agreed to it, your own or under a licence that allows it, e.g. CREMA-D (ODbL 1.0; face and voice, no surprise), in the place of FER+, RAVDESS, EMO-DB and nEMO: `emostream data prepare --corpus cremad=FOLDER`, then `emostream train face --without ferplus --with cremad` and `train voice --without ravdess emodb nemo --with cremad`; fusion would have to be trained on their validation data. What such weights reach was not measured.';

interface Cost {
  flag: string;
  part: string;
  terms: string;
  /** With the corpus and without it, on the corpus itself. */
  sets: readonly [withIt: string, without: string] | null;
  figure: 'uar' | 'macro_f1' | 'weighted_f1';
  /** Told otherwise than by the figures of an evaluation: what it was judged by, with it, without, points. */
  told?: readonly [on: string, withIt: string, without: string, points: string];
}

const COSTS: readonly Cost[] = [
  {
    ...{ flag: 'ferplus', part: 'face', terms: 'votes MIT, pictures for research', sets: null, figure: 'uar' },
    told: ['no other faces are built in: needs `--with` a corpus of your own', '–', 'not measured', 'not measured'],
  },
  {
    flag: 'ravdess',
    part: 'voice',
    terms: 'CC BY-NC-SA 4.0',
    sets: ['ravdess_by_actor', 'ravdess_left_out'],
    figure: 'uar',
  },
  { flag: 'emodb', part: 'voice', terms: 'research', sets: ['emodb_loso', 'emodb_left_out'], figure: 'uar' },
  {
    flag: 'nemo',
    part: 'voice',
    terms: 'CC BY-NC-SA 4.0',
    sets: ['nemo_by_speaker', 'nemo_left_out'],
    figure: 'uar',
  },
  {
    ...{ flag: 'emogator', part: 'voice', terms: 'Apache-2.0', sets: null, figure: 'uar' },
    // TRAINING.md, "Bursts of the voice": nine epochs, the mean of two seeds.
    told: [
      'UAR of bursts / of speech, validation speakers, two seeds, when 0.8.0 was made',
      '36.3 / 75.7',
      '26.4 / 75.5',
      '-9.9 / -0.2',
    ],
  },
  {
    flag: 'goemotions',
    part: 'words',
    terms: 'CC BY 4.0',
    sets: ['goemotions_ekman_single_test', 'goemotions_ekman_single_left_out'],
    figure: 'macro_f1',
  },
  { flag: 'meld', part: 'words', terms: 'GPL-3', sets: ['meld_test', 'meld_left_out'], figure: 'weighted_f1' },
];

const NAMES = { uar: 'UAR', macro_f1: 'macro-F1', weighted_f1: 'weighted F1' } as const;

/** What leaving out a corpus costs, on that corpus's own people or texts. */
export function withoutSection(results: Record<string, TestFigures>): string {
  const rows = COSTS.map(({ flag, part, terms, sets, figure, told }) => {
    const command = `\`train ${part} --without ${flag}\``;
    if (told) return [command, terms, ...told];
    const [own, without] = (sets ?? []).map((name) => results[name]?.[figure]);
    const cell = (value: number | undefined): string => (value === undefined ? 'not measured' : percent(value));
    const cost = own !== undefined && without !== undefined ? (100 * (without - own)).toFixed(1) : 'not measured';
    const on = `${NAMES[figure]}: ${(sets ?? []).join(' → ')}`;
    return [command, terms, on, cell(own), cell(without), cost];
  });
  const open = Object.entries({
    'train voice --leave-out-corpus': ['ravdess_left_out', 'emodb_left_out', 'nemo_left_out'],
    'train words --leave-out-corpus': ['goemotions_ekman_single_left_out', 'meld_left_out'],
  }).flatMap(([command, sets]) => (sets.every((name) => results[name]) ? [] : [`\`emostream ${command}\``]));
  return `## For whom, and what leaving a corpus out costs

${WHAT_WOULD_CHANGE_IT}

A corpus of voices or words left out, on the people or texts of that corpus itself, which a network without it never met:

${table(['command', 'terms', 'judged by', 'with it', 'without', 'points'], rows)}${
    open.length > 0
      ? `\n\nNot measured yet; ${open.join(' and ')}, then \`emostream evaluate --folds-only\`, would.`
      : ''
  }`;
}
