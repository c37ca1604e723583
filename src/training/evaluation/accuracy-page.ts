import { EMOTIONS, MODALITIES } from '../../common/emotions.js';
import { forWhom, withoutSection } from './for-whom.js';
import { interval, percent, table } from './markdown.js';
import { PUBLISHED } from './published.js';
import type { Peer } from './sources.js';
import { RESAMPLES } from './statistics.js';
import type { TestFigures } from './test-figures.js';
import type { TradeOff } from './trade-off.js';
import { uncertainSection } from './uncertain-page.js';
import { UNSEEN_SETS, unseenSection } from './unseen-page.js';
import { WORDS_LEFT_OUT } from './words-left-out.js';

export interface AccuracyPage {
  model: { name: string; version: string; sha256: string; engine: string };
  results: Record<string, TestFigures>;
  tradeOffs: readonly TradeOff[];
  peers: readonly Peer[] | null;
  /** Cross-validation was run. */
  folds: boolean;
  /** The section on sentences of our own. */
  sentences: string;
  /** The section on whole portraits. */
  portraits: string;
  /** Titles of the corpora that the model was trained on. */
  corpora: readonly string[];
}

const isSynthetic = (name: string): boolean => name.startsWith('synthetic_');
const share = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : percent(value);
const points = (value: number): string => (Math.abs(value) < 0.0005 ? '0.0' : (100 * value).toFixed(1));

/** The accuracy page, `models/README.md`. */
export function accuracyPage({
  model,
  results,
  tradeOffs,
  peers,
  folds,
  sentences,
  portraits,
  corpora,
}: AccuracyPage): string {
  const real = Object.entries(results).filter(([name]) => !isSynthetic(name));
  return `# Accuracy of ${model.name} ${model.version}

${forWhom(corpora)}

This page and its pictures are written by \`emostream evaluate\`; do not edit them. The same figures for programs:
[metrics.json](metrics.json). How the weights were made, terms and limits: [model card](fusion/README.md).

Weights with SHA-256 \`${model.sha256}\` (see \`fusion/model.json\`), engine \`${model.engine}\`, command \`emostream evaluate\`.
Two runs write the same page. Everything is in percent but n, the calibration error (ECE, 15 bins) and thresholds. UAR is the
mean recall of the classes that occur (unweighted, balanced accuracy). In brackets: 95 % bootstrap interval, ${RESAMPLES}
resamples. "Certain": answers that the shipped model does not call \`uncertain\`.

## Test sets

${table(
  [
    'test set',
    'n',
    'accuracy',
    'UAR',
    'macro-F1',
    'weighted F1',
    'ECE',
    'ECE by chance',
    'certain',
    'right of the certain',
  ],
  real.map(([name, r]) => [
    name,
    String(r.n),
    `${percent(r.accuracy)} [${interval(r.ci95.accuracy)}]`,
    `${percent(r.uar)} [${interval(r.ci95.uar)}]`,
    `${percent(r.macro_f1)} [${interval(r.ci95.macro_f1)}]`,
    `${percent(r.weighted_f1)} [${interval(r.ci95.weighted_f1)}]`,
    r.ece.toFixed(3),
    r.ece_by_chance.toFixed(3),
    share(r.certain?.coverage),
    share(r.certain?.accuracy),
  ]),
)}

"ECE by chance" is what a perfectly calibrated network would show on as few answers; an ECE near it says nothing against the
calibration. ${folds ? '`ravdess_by_actor`, `emodb_loso` and `nemo_by_speaker` are cross-validation: networks trained by the same recipe on the other speakers. They judge the recipe, not the shipped weights.' : 'Cross-validation (`ravdess_by_actor`, `emodb_loso`) was **not measured** in this run: `emostream train voice --cross-validate` makes it.'}

Recall by emotion:

${table(
  ['test set', ...EMOTIONS],
  Object.entries(results).map(([name, { recall }]) => [name, ...recall.map(share)]),
)}

${unseenSection(results, corpora)}

${withoutSection(results)}

## Beside others

Published figures are on protocols that differ from ours, as said; they are the authors' own and were not repeated by us.

${table(
  ['test set', 'ours', 'other', 'published', 'source', 'what differs'],
  PUBLISHED.map(({ sets, what, figure, source, difference }) => {
    const own = sets.flatMap((name) => (results[name] ? [`${name}: ${ownFigure(figure, results[name])}`] : []));
    return [sets.join(', '), own.join('; ') || 'not measured', what, figure, source, difference];
  }),
)}

### Peers run by us on the same pictures

${peersSection(results, peers)}

## Each set

${real
  .filter(([name]) => !isUnseen(name))
  .map(([name, r]) => setSection(name, r))
  .join('\n\n')}

${unseenSets(real.filter(([name]) => isUnseen(name)))}

${portraits}

${sentences}

## Fusion does no harm

One modality present: the fused answer against the modality's own head. The difference must not be below 0.

${table(
  ['test set', 'own head: accuracy', 'own head: UAR', 'fused: accuracy', 'fused: UAR', 'difference in points'],
  real.flatMap(([name, r]) =>
    r.own_head
      ? [
          [
            name,
            percent(r.own_head.accuracy),
            percent(r.own_head.uar),
            percent(r.accuracy),
            percent(r.uar),
            points(r.accuracy - r.own_head.accuracy),
          ],
        ]
      : [],
  ),
)}

${syntheticSection(results)}

## When to say "uncertain"

${uncertainSection(tradeOffs, results)}
`;
}

function ownFigure(published: string, r: TestFigures): string {
  if (published.startsWith('UAR')) return `UAR ${percent(r.uar)}`;
  if (published.startsWith('macro-F1')) return `macro-F1 ${r.macro_f1.toFixed(2)}`;
  if (published.startsWith('weighted')) return `weighted F1 ${percent(r.weighted_f1)}`;
  return `accuracy ${percent(r.accuracy)}`;
}

function peersSection(results: Record<string, TestFigures>, peers: readonly Peer[] | null): string {
  if (!peers || peers.length === 0) return 'Not measured.';
  const ours = results['ferplus_test'];
  const figuresOf = (r: Pick<TestFigures, 'accuracy' | 'uar' | 'macro_f1' | 'recall'>): string[] => [
    ...[percent(r.accuracy), percent(r.uar), percent(r.macro_f1)],
    ...r.recall.map(share),
  ];
  const own: string[][] = [];
  if (ours) own.push(['emostream', '', 'face alone, as it is and mirrored', String(ours.n), ...figuresOf(ours)]);
  if (ours?.shown_once)
    own.push(['emostream', '', 'face alone, as it is', String(ours.n), ...figuresOf(ours.shown_once)]);
  const rows = peers.map((p) => [p.name, p.version, p.model, String(p.n), ...figuresOf(p)]);
  const head = ['program', 'version', 'network', 'n', 'accuracy', 'UAR', 'macro-F1', ...EMOTIONS];
  const how = peers.map(
    (p) => `- ${p.name} ${p.version} (${p.backend}, \`${p.command}\`, commit ${p.commit}): ${p.protocol}.`,
  );
  return `${table(head, [...own, ...rows])}\n\nThe columns of emotions are recalls.\n\n${how.join('\n')}`;
}

function setSection(name: string, r: TestFigures): string {
  const confusion = r.confusion ? `![Confusion matrix of ${name}](${name}-confusion.svg) ` : '';
  const labels = r.multi_label
    ? `\n${table(
        ['emotion', 'threshold', 'precision', 'recall', 'F1'],
        EMOTIONS.map((emotion, k) => [
          emotion,
          r.multi_label!.thresholds[k]!.toFixed(3),
          percent(r.multi_label!.precision[k]!),
          share(r.recall[k]),
          percent(r.multi_label!.f1[k]!),
        ]),
      )}\n\nExactly the given labels: ${percent(r.multi_label.exact_match)} %.\n`
    : '';
  return `### ${name}

${r.protocol}. n ${r.n}; resampled by ${r.resampled}.${shownOnceText(r)}
${labels}
${confusion}![Reliability of ${name}](${name}-reliability.svg)`;
}

function shownOnceText({ shown_once: once }: TestFigures): string {
  if (!once) return '';
  const { accuracy, uar, ece } = once;
  return ` Shown once, as they are: accuracy ${percent(accuracy)}, UAR ${percent(uar)}, ECE ${ece.toFixed(3)}.`;
}

/** Of people and corpora that training did not hear; their figures are in a section of their own. */
const isUnseen = (name: string): boolean => UNSEEN_SETS.includes(name) || WORDS_LEFT_OUT.some((each) => each === name);

function unseenSets(sets: readonly (readonly [string, TestFigures])[]): string {
  if (sets.length === 0) return '';
  const lines = sets.map(
    ([name, r]) =>
      `- \`${name}\`: ${r.protocol}. n ${r.n}; resampled by ${r.resampled}. [Confusion matrix](${name}-confusion.svg), [reliability](${name}-reliability.svg).`,
  );
  return `### Never heard or read in training\n\n${lines.join('\n')}\n`;
}

function syntheticSection(results: Record<string, TestFigures>): string {
  const triples = results['synthetic_triples_test'];
  if (!triples)
    return '## Several modalities (SYNTHETIC)\n\nNot measured: no label has examples of all three modalities.';
  const conflicts = MODALITIES.flatMap((wrong) => {
    const r = results[`synthetic_conflict_${wrong}_test`];
    return r ? [{ wrong, r }] : [];
  });
  const row = (name: string, r: TestFigures, misled: string): string[] => [
    name,
    percent(r.accuracy),
    points(r.accuracy - triples.accuracy),
    misled,
    share(r.certain?.coverage),
    ...MODALITIES.map((modality) => share(r.alone?.[modality])),
  ];
  return `## Several modalities (SYNTHETIC)

There is no corpus here with face, voice and words of the same person. These are triples of test examples of different
people, matched by label: they show what fusion does with agreement, absence and conflict, and **nothing about people**.

${triples.protocol}.

Modalities missing, on the same triples (n ${triples.n}; voices here are single windows, so lower than by clip):

${table(
  ['present', 'accuracy', 'UAR'],
  Object.entries(triples.present ?? {}).map(([name, { accuracy, uar }]) => [name, percent(accuracy), percent(uar)]),
)}

A modality that is wrong, the others right. "Follows the wrong one": answers that give its label. "Alone": that modality's
own head against the label of the triple.

${table(
  [
    'wrong',
    'accuracy',
    'change in points',
    'follows the wrong one',
    'certain',
    'face alone',
    'voice alone',
    'words alone',
  ],
  [row('none', triples, '–'), ...conflicts.map(({ wrong, r }) => row(wrong, r, share(r.misled)))],
)}

![Confusion matrix of synthetic_triples_test](synthetic_triples_test-confusion.svg)
![Reliability of synthetic_triples_test](synthetic_triples_test-reliability.svg)`;
}
