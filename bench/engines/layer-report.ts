import { median } from '../support/statistics.js';
import { AIM_SIZE } from './cases.js';
import { rounded } from './rounds.js';
import type { Details } from './runners.js';

export interface LayerReport {
  subject: string;
  /** Windows in the batch. */
  size: number;
  /** Of one batch, ms; `whole` is all of the network without inputs and readback. */
  stages: Record<string, number>;
  layers: {
    name: string;
    /** Multiply-adds of one batch, millions. */
    millionMacs: number;
    ms: number;
  }[];
}

/** Medians over all that was timed. */
export function layerReport(subject: string, details: readonly Details[]): LayerReport {
  const [first] = details;
  if (!first) throw new Error(`no layers of ${subject} were timed`);
  const medianOf = (pick: (one: Details) => number | undefined): number =>
    rounded(median(details.map((one) => pick(one) ?? 0)));
  return {
    subject,
    size: AIM_SIZE,
    stages: Object.fromEntries(Object.keys(first.stages).map((name) => [name, medianOf(({ stages }) => stages[name])])),
    layers: Object.entries(first.work).map(([name, macs]) => ({
      name,
      millionMacs: rounded(macs / 1e6),
      ms: medianOf(({ layers }) => layers[name]),
    })),
  };
}
