/** Figures of a classifier on one set of examples. */
export interface ClassificationFigures {
  n: number;
  accuracy: number;
  /** Mean of the recalls of the classes that occur: unweighted average recall. */
  uar: number;
  macroF1: number;
  /** F1 averaged with the classes' frequencies. */
  weightedF1: number;
  /** Expected calibration error, 15 bins (Guo et al. 2017). */
  ece: number;
  recall: number[];
  /** confusion[truth][answer]. */
  confusion: number[][];
}

/** What a confusion matrix alone says. */
export type ConfusionRates = Pick<ClassificationFigures, 'accuracy' | 'uar' | 'macroF1' | 'weightedF1' | 'recall'>;

/** Answers of like confidence: how many, how many of them right, and the sum of their confidences. */
export interface ReliabilityBin {
  n: number;
  right: number;
  confidence: number;
}

const BINS = 15;

/** Confidences 0..1 into 15 bins of equal width (Guo et al. 2017). */
export function reliabilityBins(confidences: readonly number[], rights: readonly boolean[]): ReliabilityBin[] {
  const bins = Array.from({ length: BINS }, () => ({ n: 0, right: 0, confidence: 0 }));
  confidences.forEach((confidence, i) => {
    const bin = bins[Math.min(Math.floor(confidence * BINS), BINS - 1)]!;
    bin.n++;
    bin.confidence += confidence;
    bin.right += rights[i] ? 1 : 0;
  });
  return bins;
}

/** Mean distance of accuracy and confidence over the answers, bin by bin; 0 without answers. */
export function calibrationError(bins: readonly ReliabilityBin[]): number {
  const n = sum(bins.map((bin) => bin.n));
  return sum(bins.map((bin) => Math.abs(bin.right - bin.confidence))) / Math.max(n, 1);
}

/** @param confusion confusion[truth][answer], counts */
export function ratesOf(confusion: readonly (readonly number[])[]): ConfusionRates {
  const truths = confusion.map(sum);
  const answers = confusion.map((_, answer) => sum(confusion.map((row) => row[answer]!)));
  const hits = confusion.map((row, i) => row[i]!);
  const all = Math.max(sum(truths), 1);
  const recall = hits.map((hit, i) => (truths[i]! > 0 ? hit / truths[i]! : 0));
  const f1 = hits.map((hit, i) => (hit > 0 ? (2 * hit) / (truths[i]! + answers[i]!) : 0));
  const occurring = truths.flatMap((count, i) => (count > 0 ? [i] : []));
  const mean = (values: number[]): number => sum(occurring.map((i) => values[i]!)) / Math.max(occurring.length, 1);
  return {
    accuracy: sum(hits) / all,
    uar: mean(recall),
    macroF1: mean(f1),
    weightedF1: sum(f1.map((value, i) => value * truths[i]!)) / all,
    recall,
  };
}

/**
 * @param probabilities n × classes, row major
 * @param labels n class indices; negative ones are left out
 */
export function figures(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): ClassificationFigures {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const confidences: number[] = [];
  const rights: boolean[] = [];
  for (let i = 0; i < labels.length; i++) {
    const truth = labels[i]!;
    if (truth < 0) continue;
    const { answer, confidence } = top(probabilities, i * classes, classes);
    confusion[truth]![answer]!++;
    confidences.push(confidence);
    rights.push(answer === truth);
  }
  const ece = calibrationError(reliabilityBins(confidences, rights));
  return { n: confidences.length, ...ratesOf(confusion), ece, confusion };
}

function top(values: ArrayLike<number>, start: number, count: number): { answer: number; confidence: number } {
  let answer = 0;
  for (let i = 1; i < count; i++) if (values[start + i]! > values[start + answer]!) answer = i;
  return { answer, confidence: values[start + answer]! };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The mean of a figure over sets; 0 without any. */
export const meanOf = (
  sets: readonly ClassificationFigures[],
  figure: (figures: ClassificationFigures) => number,
): number => sum(sets.map(figure)) / Math.max(sets.length, 1);

/** One line for a log. */
export function describe({ accuracy, uar, macroF1, n }: ClassificationFigures): string {
  const percent = (value: number): string => (100 * value).toFixed(1);
  return `accuracy ${percent(accuracy)} uar ${percent(uar)} macro-F1 ${percent(macroF1)} (n ${n})`;
}
