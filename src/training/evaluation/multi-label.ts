/** Answers to texts that may have several labels (the protocol of Demszky et al. 2020, "GoEmotions", section 5). */

/** The figures of one class: tp, fp, fn are counts. */
export interface LabelCounts {
  tp: number;
  fp: number;
  fn: number;
}

export interface MultiLabelFigures {
  precision: number[];
  recall: number[];
  f1: number[];
  macroF1: number;
  /** Share of texts whose answered labels are exactly the given ones. */
  exactMatch: number;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / Math.max(values.length, 1);
export const f1Of = ({ tp, fp, fn }: LabelCounts): number => (tp > 0 ? (2 * tp) / (2 * tp + fp + fn) : 0);

/**
 * Per class the threshold with the best F1: a label is answered where its probability is at least that. It lies halfway between
 * the last probability answered and the next; of equal F1 the higher threshold is taken. A class without any example
 * is never answered: its threshold is above 1.
 * @param probabilities n rows @param truths n rows of whether the label was given
 */
export function chooseThresholds(
  probabilities: readonly (readonly number[])[],
  truths: readonly (readonly boolean[])[],
): number[] {
  return (probabilities[0] ?? []).map((_, k) => {
    const column = probabilities.map((row, i) => ({ p: row[k]!, is: truths[i]![k]! })).sort((a, b) => b.p - a.p);
    const positives = column.filter(({ is }) => is).length;
    let [tp, best, threshold] = [0, 0, 2];
    column.forEach(({ p, is }, i) => {
      if (is) tp++;
      if (column[i + 1]?.p === p) return; // equal probabilities are answered together
      const next = column[i + 1]?.p ?? 0;
      const f1 = (2 * tp) / (i + 1 + positives);
      if (f1 > best) [best, threshold] = [f1, (p + next) / 2];
    });
    return threshold;
  });
}

/** Counts per class over the rows `drawn` (all when absent). */
export function countLabels(
  answers: readonly (readonly boolean[])[],
  truths: readonly (readonly boolean[])[],
  drawn?: ArrayLike<number>,
): LabelCounts[] {
  const counts = (truths[0] ?? []).map(() => ({ tp: 0, fp: 0, fn: 0 }));
  const n = drawn?.length ?? truths.length;
  for (let i = 0; i < n; i++) {
    const [answer, truth] = [answers[drawn?.[i] ?? i]!, truths[drawn?.[i] ?? i]!];
    for (let k = 0; k < counts.length; k++) {
      if (answer[k]) counts[k]![truth[k] ? 'tp' : 'fp']++;
      else if (truth[k]) counts[k]!.fn++;
    }
  }
  return counts;
}

export const answersAt = (probabilities: readonly (readonly number[])[], thresholds: readonly number[]): boolean[][] =>
  probabilities.map((row) => row.map((p, k) => p >= thresholds[k]!));

export function multiLabelFigures(
  answers: readonly (readonly boolean[])[],
  truths: readonly (readonly boolean[])[],
): MultiLabelFigures {
  const counts = countLabels(answers, truths);
  const f1 = counts.map(f1Of);
  const exact = answers.filter((row, i) => row.every((answer, k) => answer === truths[i]![k])).length;
  return {
    precision: counts.map(({ tp, fp }) => (tp > 0 ? tp / (tp + fp) : 0)),
    recall: counts.map(({ tp, fn }) => (tp > 0 ? tp / (tp + fn) : 0)),
    f1,
    macroF1: mean(f1),
    exactMatch: exact / Math.max(answers.length, 1),
  };
}
