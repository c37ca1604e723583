import { EMOTIONS, MODALITIES, type Modality } from '../../common/emotions.js';
import { calibrationError, figures, ratesOf, reliabilityBins, type ReliabilityBin } from '../metrics.js';
import type { Sex } from '../speakers.js';
import type { Answer } from './answers.js';
import type { BriefFigures, RoomFigures } from './brief-figures.js';
import { answersAt, countLabels, f1Of, multiLabelFigures } from './multi-label.js';
import { bootstrap, eceByChance, FEWEST_SPEAKERS, indicesBy, type Interval } from './statistics.js';
import { certainOf, riskByCoverage, type Certain } from './trade-off.js';

/** Figures of one test set, as `models/metrics.json` holds them. */
export interface TestFigures {
  accuracy: number;
  uar: number;
  macro_f1: number;
  weighted_f1: number;
  ece: number;
  /** What a perfectly calibrated network would show as `ece` on as few answers. */
  ece_by_chance: number;
  n: number;
  /** 95 % bootstrap intervals. */
  ci95: { accuracy: Interval; uar: Interval; macro_f1: Interval; weighted_f1: Interval };
  /** What was drawn with replacement for the intervals. */
  resampled: string;
  /** Recall by emotion, in the order of EMOTIONS; null where the set has none. */
  recall: (number | null)[];
  /** confusion[truth][answer], counts; null where a text may have several labels. */
  confusion: number[][] | null;
  reliability: ReliabilityBin[];
  /** Of the answers: share that is not `uncertain`, and accuracy of those; null where no shipped threshold applies. */
  certain: Certain | null;
  /** Share of wrong ones among the surest 5 %, 10 % … 100 % of the answers. */
  risk_by_coverage?: number[];
  /** The modality's own head, without fusion; null where several modalities are present. */
  own_head: { accuracy: number; uar: number } | null;
  protocol: string;
  /** Voices only, where the corpus tells the sex of its speakers. */
  by_sex?: Record<Sex, BriefFigures>;
  /** Voices only. */
  rooms?: RoomFigures;
  /** Voices only, where the voice encoders were heard too: the same answers without them. */
  without_encoders?: BriefFigures;
  /** Faces only: the same pictures shown once, as they are, and not mirrored too. */
  shown_once?: Pick<TestFigures, 'accuracy' | 'uar' | 'macro_f1' | 'recall' | 'ece'>;
  /** Multi-label protocol only: per emotion. */
  multi_label?: { thresholds: number[]; precision: number[]; f1: number[]; exact_match: number };
  /** Triples only: accuracy by which modalities were present. */
  present?: Record<string, { accuracy: number; uar: number }>;
  /** Triples only: accuracy of each modality's own head on the same triples. */
  alone?: Record<Modality, number>;
  /** Conflicts only: share of answers that follow the modality that is wrong. */
  misled?: number;
}

export interface SetOptions {
  protocol: string;
  /** Speaker of each answer, where speakers may be resampled. */
  speakers?: readonly number[];
  /** What an answer is of, for the text: `picture`, `clip`, `text`. */
  unit: string;
}

const round = (value: number): number => Number(value.toFixed(4));
const roundAll = (interval: Interval): Interval => [round(interval[0]), round(interval[1])];
const CLASSES = EMOTIONS.length;

type JudgedAnswer = Pick<Answer, 'confidence' | 'certain'> & { right: boolean };

export function rightOf({ label, top, confidence, certain }: Answer): JudgedAnswer {
  return { confidence, certain, right: label === top };
}

/** Units of the bootstrap: answers by speaker where there are speakers enough, else each answer. */
function unitsOf(count: number, { speakers, unit }: SetOptions): { units: number[][]; resampled: string } {
  const bySpeaker = speakers ? indicesBy(speakers) : [];
  const of = speakers ? ` (${bySpeaker.length} speakers are too few to resample)` : '';
  if (bySpeaker.length >= FEWEST_SPEAKERS) return { units: bySpeaker, resampled: 'speaker' };
  return { units: Array.from({ length: count }, (_, i) => [i]), resampled: `${unit}${of}` };
}

/** Figures of answers with one label each. */
export function testFigures(answers: readonly Answer[], options: SetOptions): TestFigures {
  const labels = answers.map(({ label }) => label);
  const result = figures(
    answers.flatMap(({ probabilities }) => probabilities),
    labels,
    CLASSES,
  );
  const judged = answers.map(rightOf);
  const { units, resampled } = unitsOf(answers.length, options);
  const intervals = bootstrap(units.length, (drawn) => {
    const confusion = EMOTIONS.map(() => new Array<number>(CLASSES).fill(0));
    for (const unit of drawn) for (const i of units[unit]!) confusion[labels[i]!]![answers[i]!.top]!++;
    const { accuracy, uar, macroF1, weightedF1 } = ratesOf(confusion);
    return [accuracy, uar, macroF1, weightedF1];
  });
  return {
    accuracy: round(result.accuracy),
    uar: round(result.uar),
    macro_f1: round(result.macroF1),
    weighted_f1: round(result.weightedF1),
    ece: round(result.ece),
    ece_by_chance: round(eceByChance(judged.map(({ confidence }) => confidence))),
    n: result.n,
    ci95: intervalsOf(intervals),
    resampled,
    recall: result.recall.map((value, i) => (result.confusion[i]!.some((count) => count > 0) ? round(value) : null)),
    confusion: result.confusion,
    ...calibrationOf(judged),
    own_head: ownHead(answers),
    protocol: options.protocol,
  };
}

/**
 * Figures of answers to texts that may have several labels. Accuracy, calibration and certainty are of the top answer,
 * right where it is one of the labels; recall, F1 and their means are of all labels at the thresholds.
 * @param truths per answer, whether each emotion is a label
 */
export function multiLabelTestFigures(
  answers: readonly Answer[],
  truths: readonly (readonly boolean[])[],
  thresholds: readonly number[],
  options: SetOptions,
): TestFigures {
  const said = answersAt(
    answers.map(({ probabilities }) => probabilities),
    thresholds,
  );
  const result = multiLabelFigures(said, truths);
  const judged = answers.map(({ top, confidence, certain }, i) => ({ confidence, certain, right: truths[i]![top]! }));
  const statistics = (drawn?: Int32Array): number[] => {
    const counts = countLabels(said, truths, drawn);
    const f1 = counts.map(f1Of);
    const support = counts.map(({ tp, fn }) => tp + fn);
    const total = Math.max(
      support.reduce((a, b) => a + b, 0),
      1,
    );
    const n = drawn?.length ?? answers.length;
    let right = 0;
    for (let i = 0; i < n; i++) right += judged[drawn?.[i] ?? i]!.right ? 1 : 0;
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / CLASSES;
    const recall = counts.map(({ tp, fn }) => (tp > 0 ? tp / (tp + fn) : 0));
    return [right / n, mean(recall), mean(f1), f1.reduce((sum, each, k) => sum + each * support[k]!, 0) / total];
  };
  const [accuracy, uar, macroF1, weightedF1] = statistics().map(round);
  const bins = reliabilityBins(
    judged.map(({ confidence }) => confidence),
    judged.map(({ right }) => right),
  );
  return {
    accuracy: accuracy!,
    uar: uar!,
    macro_f1: macroF1!,
    weighted_f1: weightedF1!,
    ece: round(calibrationError(bins)),
    ece_by_chance: round(eceByChance(judged.map(({ confidence }) => confidence))),
    n: answers.length,
    ci95: intervalsOf(bootstrap(answers.length, statistics)),
    resampled: options.unit,
    recall: result.recall.map(round),
    confusion: null,
    ...calibrationOf(judged),
    own_head: null,
    protocol: options.protocol,
    multi_label: {
      thresholds: thresholds.map(round),
      precision: result.precision.map(round),
      f1: result.f1.map(round),
      exact_match: round(result.exactMatch),
    },
  };
}

function intervalsOf(intervals: readonly Interval[]): TestFigures['ci95'] {
  const [accuracy, uar, macro, weighted] = intervals.map(roundAll);
  return { accuracy: accuracy!, uar: uar!, macro_f1: macro!, weighted_f1: weighted! };
}

function calibrationOf(
  judged: readonly JudgedAnswer[],
): Pick<TestFigures, 'reliability' | 'certain' | 'risk_by_coverage'> {
  const bins = reliabilityBins(
    judged.map(({ confidence }) => confidence),
    judged.map(({ right }) => right),
  );
  const certain = certainOf(judged);
  return {
    reliability: bins.map((bin) => ({ ...bin, confidence: round(bin.confidence) })),
    certain: certain && { coverage: round(certain.coverage), accuracy: round(certain.accuracy) },
    risk_by_coverage: riskByCoverage(judged).map(round),
  };
}

/** Accuracy of one modality's own head; 0 answers: 0. */
export function headRates(answers: readonly Answer[], modality: Modality): { accuracy: number; uar: number } {
  const rows = answers.flatMap(({ own, label }) => (own[modality] ? [{ p: own[modality], label }] : []));
  const { accuracy, uar } = figures(
    rows.flatMap(({ p }) => p),
    rows.map(({ label }) => label),
    CLASSES,
  );
  return { accuracy: round(accuracy), uar: round(uar) };
}

function ownHead(answers: readonly Answer[]): TestFigures['own_head'] {
  const present = MODALITIES.filter((modality) => answers.some(({ own }) => own[modality] !== null));
  return present.length === 1 ? headRates(answers, present[0]!) : null;
}
