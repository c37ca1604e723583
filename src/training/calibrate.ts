import { EMOTIONS } from '../common/emotions.js';
import { probabilities } from './predict.js';

/** Below so many examples a temperature would be noise. */
const FEWEST = 50;

/**
 * The temperature that minimises the negative log-likelihood (Guo et al. 2017), by golden-section search in the logarithm
 * over 0.2..5.
 * @param logits n × 7 @param labels n
 */
export function temperatureOf(logits: Float32Array, labels: readonly number[]): number {
  if (labels.length < FEWEST) return 1;
  const cost = (logTemperature: number): number => {
    const p = probabilities(logits, Math.exp(logTemperature));
    return -labels.reduce((sum, label, i) => sum + Math.log(Math.max(p[i * EMOTIONS.length + label]!, 1e-12)), 0);
  };
  const golden = (Math.sqrt(5) - 1) / 2;
  let low = Math.log(0.2);
  let high = Math.log(5);
  for (let i = 0; i < 40; i++) {
    const inner = high - golden * (high - low);
    const outer = low + golden * (high - low);
    if (cost(inner) < cost(outer)) high = outer;
    else low = inner;
  }
  return Math.exp((low + high) / 2);
}

export interface Judged {
  confidence: number;
  right: boolean;
  /** So that sets of unequal size count alike. */
  weight: number;
}

/** Accuracy that answers which are not `uncertain` shall have on held-out data… */
export const CERTAIN_ACCURACY = 0.9;
/** …where that leaves so many of them certain; else the surest, as many as this. */
export const LEAST_CERTAIN = 0.65;
/** Of sums of shares. */
const ROUNDING = 1e-9;

/**
 * The lowest confidence from which on answers reach the wanted accuracy, or the highest one that leaves enough of them; the answers
 * below are called uncertain.
 * @param least share of the answers, 0..1, that are to be certain however often they are wrong
 * @returns the threshold, and the share of answers at or above it
 */
export function uncertainThreshold(
  judged: readonly Judged[],
  { wanted = CERTAIN_ACCURACY, least = LEAST_CERTAIN }: { wanted?: number; least?: number } = {},
): {
  threshold: number;
  coverage: number;
  accuracy: number;
} {
  const descending = [...judged].sort((a, b) => b.confidence - a.confidence);
  const total = descending.reduce((sum, { weight }) => sum + weight, 0);
  let answered = 0;
  let right = 0;
  let best = { threshold: 1, coverage: 0, accuracy: 1 };
  for (const { confidence, right: isRight, weight } of descending) {
    answered += weight;
    if (isRight) right += weight;
    const accuracy = right / answered;
    if (accuracy >= wanted || answered - weight < least * total - ROUNDING)
      best = { threshold: confidence, coverage: answered / total, accuracy };
  }
  return best;
}
