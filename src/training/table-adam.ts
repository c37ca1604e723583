import type { RowGradients, Table } from './table.js';

/** The numbers of a step of Adam, as AdamW has them. */
export interface AdamStep {
  /** Times each gradient, so that their norm in total is not above the limit. */
  scale: number;
  /** Learning rate with the correction for the first steps. */
  rate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Share of the old value in the running average; null: the average waits. */
  averageDecay: number | null;
}

export interface TableMoments {
  first: Float32Array;
  second: Float32Array;
  average: Float32Array;
}

/**
 * A row's moments change when it is looked up and only then, as in TensorFlow Addons' LazyAdam. Then its step is several times
 * smaller than that of dense Adam, whose first moment goes on moving a rare row long after: this makes up for it.
 */
const RATE = 2.5;

/** Adam for the rows of a table that a step looked up, in place. */
export function stepTable(
  { values, shape: [, width] }: Table,
  { first, second, average }: TableMoments,
  { rows, gradients }: RowGradients,
  { scale, rate, beta1, beta2, epsilon, averageDecay }: AdamStep,
): void {
  rows.forEach((row, k) => {
    for (let i = row * width, g = k * width; g < (k + 1) * width; i++, g++) {
      const gradient = gradients[g]! * scale;
      first[i] = first[i]! * beta1 + gradient * (1 - beta1);
      second[i] = second[i]! * beta2 + gradient * gradient * (1 - beta2);
      values[i]! -= (RATE * rate * first[i]!) / (Math.sqrt(second[i]!) + epsilon);
    }
  });
  if (averageDecay === null) return;
  // In every row: one that stands still is still approached.
  const share = 1 - averageDecay;
  for (let i = 0; i < values.length; i++) average[i]! += share * (values[i]! - average[i]!);
}

export function squaresOf(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  return sum;
}
