import { uncertainThreshold } from '../calibrate.js';

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
  const certain = answers.filter(({ confidence }) => confidence >= threshold);
  const right = certain.filter((answer) => answer.right).length;
  return { coverage: certain.length / Math.max(answers.length, 1), accuracy: right / Math.max(certain.length, 1) };
}

export interface TradeOff {
  /** The accuracy that the certain answers shall have on validation data; null: the threshold that was shipped. */
  wanted: number | null;
  threshold: number;
  valid: Certain;
  /** By test set. */
  test: Record<string, Certain>;
}

const WANTED = [0.65, 0.7, 0.75, 0.8, 0.85, 0.9];

/** The shipped threshold, and others chosen on validation data, modalities counted alike, with what each gives on test sets. */
export function tradeOffs(
  shipped: number,
  valid: readonly (readonly Judged[])[],
  test: Record<string, readonly Judged[]>,
): TradeOff[] {
  const pooled = valid.flatMap((set) => set.map((answer) => ({ ...answer, weight: 1 / set.length })));
  const row = (wanted: number | null, threshold: number): TradeOff => {
    const perSet = valid.map((set) => certainAt(set, threshold));
    const coverage = perSet.reduce((sum, each) => sum + each.coverage, 0) / Math.max(valid.length, 1);
    const right = perSet.reduce((sum, each) => sum + each.coverage * each.accuracy, 0) / Math.max(valid.length, 1);
    return {
      wanted,
      threshold,
      valid: { coverage, accuracy: coverage > 0 ? right / coverage : 0 },
      test: Object.fromEntries(Object.entries(test).map(([name, answers]) => [name, certainAt(answers, threshold)])),
    };
  };
  return [row(null, shipped), ...WANTED.map((wanted) => row(wanted, uncertainThreshold(pooled, wanted).threshold))];
}
