import { EMOTIONS } from '../../src/common/emotions.js';
import { figures } from '../../src/training/metrics.js';

/** One example, answered offline and in a call. */
export interface Pair {
  label: number;
  /** Distribution over EMOTIONS. */
  offline: readonly number[];
  /** Null: the call gave no answer for it (no face found, no voice heard, a gap). */
  live: readonly number[] | null;
}

/** Shares of 1; differences are live less offline. */
export interface Figures {
  n: number;
  offline: number;
  live: number;
  difference: number;
  /** 95 % interval of the difference. */
  interval: [number, number];
}

export interface Comparison {
  examples: number;
  /** Without an answer in the call. */
  lost: number;
  /** Accuracy on the examples that the call answered. */
  answered: Figures;
  /** Accuracy on all examples, a lost one counting as wrong. */
  all: Figures;
  /** Mean recall on the examples that the call answered. */
  uar: { offline: number; live: number };
  /** Share of the answered examples with the same top label both ways. */
  agreement: number;
  /** Mean absolute difference of a probability, over answered examples and classes. */
  probabilityDifference: number;
}

export function compare(pairs: readonly Pair[]): Comparison {
  const answered = pairs.filter((pair): pair is Pair & { live: number[] } => pair.live !== null);
  const uar = (of: (pair: (typeof answered)[number]) => readonly number[]) =>
    figures(
      answered.flatMap((pair) => [...of(pair)]),
      answered.map(({ label }) => label),
      EMOTIONS.length,
    ).uar;
  const differences = answered.flatMap(({ offline, live }) => live.map((value, i) => Math.abs(value - offline[i]!)));
  return {
    examples: pairs.length,
    lost: pairs.length - answered.length,
    answered: accuracies(answered),
    all: accuracies(pairs),
    uar: { offline: uar(({ offline }) => offline), live: uar(({ live }) => live) },
    agreement: mean(answered.map(({ offline, live }) => (top(offline) === top(live) ? 1 : 0))),
    probabilityDifference: mean(differences),
  };
}

/**
 * The interval is that of a difference of matched proportions with half an example added to each cell of the 2 × 2 table
 * (A. Agresti and Y. Min, "Simple improved confidence intervals for comparing matched proportions", 2005): the examples
 * are the same both ways, so only those on which one is right and the other wrong count.
 */
function accuracies(pairs: readonly Pair[]): Figures {
  const right = (answer: readonly number[] | null, label: number) => answer !== null && top(answer) === label;
  let both = 0;
  let onlyLive = 0;
  let onlyOffline = 0;
  for (const { label, offline, live } of pairs) {
    if (right(offline, label) && right(live, label)) both++;
    else if (right(live, label)) onlyLive++;
    else if (right(offline, label)) onlyOffline++;
  }
  const n = pairs.length;
  const padded = n + 2;
  const centre = (onlyLive - onlyOffline) / padded;
  const spread = (1.96 * Math.sqrt(onlyLive + onlyOffline + 1 - (onlyLive - onlyOffline) ** 2 / padded)) / padded;
  return {
    n,
    offline: (both + onlyOffline) / Math.max(n, 1),
    live: (both + onlyLive) / Math.max(n, 1),
    difference: (onlyLive - onlyOffline) / Math.max(n, 1),
    interval: [centre - spread, centre + spread],
  };
}

/** Index of the greatest value; the first of equals. */
export function top(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
