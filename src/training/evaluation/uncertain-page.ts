import { MODALITIES, type Modality } from '../../common/emotions.js';
import { CERTAIN_ACCURACY, LEAST_CERTAIN } from '../calibrate.js';
import { percent, table } from './markdown.js';
import type { RiskCurve } from './risk-svg.js';
import type { TestFigures } from './test-figures.js';
import type { Certain, TradeOff } from './trade-off.js';

const TITLES: Readonly<Record<Modality, string>> = { face: 'Face', voice: 'Voice', words: 'Words' };

/** The picture of a modality's curves, beside the page. */
export const riskPicture = (modality: Modality): string => `risk-coverage-${modality}.svg`;

const ofModality = (name: string): Modality | null => {
  if (name.startsWith('synthetic_')) return null;
  if (/^ferplus|_face_test$/u.test(name)) return 'face';
  if (/^(?:ravdess|emodb|nemo|emogator)|_voice_test$/u.test(name)) return 'voice';
  return 'words';
};

/** The risk–coverage curves of a modality, one for each set that was judged. */
export function riskCurves(modality: Modality, results: Readonly<Record<string, TestFigures>>): RiskCurve[] {
  return Object.entries(results).flatMap(([name, { risk_by_coverage: risk }]) =>
    risk && ofModality(name) === modality ? [{ name, risk }] : [],
  );
}

/** When an answer is `uncertain`, and what that is worth: thresholds by modality, and risk–coverage curves. */
export function uncertainSection(
  tradeOffs: readonly TradeOff[],
  results: Readonly<Record<string, TestFigures>>,
): string {
  const parts = MODALITIES.map((modality) => {
    const rows = tradeOffs.filter((row) => row.modality === modality);
    const picture =
      riskCurves(modality, results).length > 0
        ? `\n\n![Risk and coverage of ${modality}](${riskPicture(modality)})`
        : '';
    return `### ${TITLES[modality]}\n\n${tradeOffTable(rows)}${picture}`;
  });
  return `Each modality has a threshold of its own, and what is fused has one. They were chosen on validation data, that
of a voice on corpora left out as much, where its answers are less sure and less often right, so that certain answers reach
${(100 * CERTAIN_ACCURACY).toFixed(0)} % there, or, where too few would be left, so that the surest ${(100 * LEAST_CERTAIN).toFixed(0)} % are certain; test sets had no say. What is fused
has to be as sure as the strictest of one modality alone. Cells: share of answers
that are certain → accuracy of those. The curves show what is wrong of the surest answers, by how many of them are given.

${parts.join('\n\n')}`;
}

function tradeOffTable(rows: readonly TradeOff[]): string {
  const sets = Object.keys(rows[0]?.test ?? {});
  const cell = ({ coverage, accuracy }: Certain): string =>
    coverage > 0 ? `${percent(coverage)} → ${percent(accuracy)}` : '0';
  return table(
    ['wanted accuracy', 'threshold', 'validation', ...sets],
    rows.map(({ wanted, threshold, valid, test }) => [
      wanted === null ? 'as shipped' : `${(100 * wanted).toFixed(0)} %`,
      threshold.toFixed(3),
      cell(valid),
      ...sets.map((name) => cell(test[name]!)),
    ]),
  );
}
