import type { Modality } from '../../common/emotions.js';
import type { UncertainBelow } from '../../inference/uncertain.js';
import { CERTAIN_ACCURACY, LEAST_CERTAIN, uncertainThreshold } from '../calibrate.js';

/** Of some answers: the share that is certain, and the accuracy of those. */
export interface Certain {
  coverage: number;
  accuracy: number;
}

interface Judged {
  confidence: number;
  right: boolean;
}

export function certainAt(answers: readonly Judged[], threshold: number): Certain {
  return shareOf(answers.map(({ confidence, right }) => ({ right, certain: confidence >= threshold })));
}

/** @returns null where no threshold applies */
export function certainOf(answers: readonly { certain: boolean | null; right: boolean }[]): Certain | null {
  return answers.some(({ certain }) => certain === null) ? null : shareOf(answers);
}

function shareOf(answers: readonly { certain: boolean | null; right: boolean }[]): Certain {
  const certain = answers.filter((answer) => answer.certain);
  const right = certain.filter((answer) => answer.right).length;
  return { coverage: certain.length / Math.max(answers.length, 1), accuracy: right / Math.max(certain.length, 1) };
}

/** How many points a risk–coverage curve has. */
const POINTS = 20;

/**
 * What is wrong of the surest answers, for each twentieth of all of them (El-Yaniv and Wiener 2010): the first number is the error
 * of the surest 5 %, the last that of all.
 */
export function riskByCoverage(answers: readonly Judged[]): number[] {
  const descending = [...answers].sort((a, b) => b.confidence - a.confidence);
  return Array.from({ length: POINTS }, (_, i) => {
    const surest = descending.slice(0, Math.max(1, Math.round(((i + 1) * descending.length) / POINTS)));
    return surest.filter(({ right }) => !right).length / Math.max(surest.length, 1);
  });
}

export interface TradeOff {
  modality: Modality;
  /** The accuracy that the certain answers shall have on validation data; null: the threshold that was shipped. */
  wanted: number | null;
  threshold: number;
  valid: Certain;
  /** By test set. */
  test: Record<string, Certain>;
}

const WANTED = [0.7, 0.75, 0.8, 0.85, CERTAIN_ACCURACY];

/** A modality's answers: of validation sets together, and of each test set. */
export interface TradedAnswers {
  valid: readonly Judged[];
  test: Record<string, readonly Judged[]>;
}

/** The shipped threshold of each modality, and others chosen on validation data, with what each gives on test sets. */
export function tradeOffs(shipped: UncertainBelow, answers: Readonly<Record<Modality, TradedAnswers>>): TradeOff[] {
  return (['face', 'voice', 'words'] as const).flatMap((modality) => {
    const { valid, test } = answers[modality];
    const weighted = valid.map((answer) => ({ ...answer, weight: 1 }));
    const row = (wanted: number | null, threshold: number): TradeOff => ({
      ...{ modality, wanted, threshold, valid: certainAt(valid, threshold) },
      test: Object.fromEntries(Object.entries(test).map(([name, each]) => [name, certainAt(each, threshold)])),
    });
    return [
      row(null, shipped[modality]),
      ...WANTED.map((wanted) => row(wanted, uncertainThreshold(weighted, { wanted, least: LEAST_CERTAIN }).threshold)),
    ];
  });
}
