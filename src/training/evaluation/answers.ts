import { MODALITIES, type Modality } from '../../common/emotions.js';
import { scoresOf } from '../../inference/scores-of.js';
import type { EmotionScores, Engine } from '../../inference/types.js';
import { thresholdOf, type UncertainBelow } from '../../inference/uncertain.js';
import { meanOf, type Example } from './examples.js';

/** What the network says of one group of examples. */
export interface Answer {
  group: number;
  /** Index into EMOTIONS, or -1. */
  label: number;
  /** Fused distribution. */
  probabilities: number[];
  confidence: number;
  /** Index of the most probable emotion. */
  top: number;
  /** Distribution of each modality's own head; null for the absent. */
  own: Record<Modality, number[] | null>;
  /** Not `uncertain`; null where no threshold applies. */
  certain: boolean | null;
}

/** Who answers: an engine with a model, and from where on the model's answers are certain. */
export interface Answering {
  engine: Engine;
  uncertainBelow: UncertainBelow;
}

const BATCH = 16;

/** The place of the largest value, the first of equals. */
export const topOf = (values: readonly number[]): number => values.indexOf(Math.max(...values));

/** @param threshold of `uncertain`; null: none applies */
export function answerOf(
  { group, label, probabilities, own }: Pick<Answer, 'group' | 'label' | 'probabilities' | 'own'>,
  threshold: number | null,
): Answer {
  const top = topOf(probabilities);
  const confidence = probabilities[top]!;
  return {
    group,
    label,
    probabilities,
    confidence,
    top,
    own,
    certain: threshold === null ? null : confidence >= threshold,
  };
}

/** Runs examples through an engine; one answer per group, in the order in which the groups first come. */
export async function answersOf(
  { engine, uncertainBelow }: Answering,
  examples: readonly Example[],
  progress: (done: number, of: number) => void = () => undefined,
): Promise<Answer[]> {
  const groups = new Map<number, { label: number; scores: EmotionScores[] }>();
  for (let from = 0; from < examples.length; from += BATCH) {
    const batch = examples.slice(from, from + BATCH);
    const windows = batch.map(({ input }) => input);
    const scores = await scoresOf(engine, windows);
    scores.forEach((score, i) => {
      const { group, label } = batch[i]!;
      const known = groups.get(group) ?? { label, scores: [] };
      known.scores.push(score);
      groups.set(group, known);
    });
    progress(Math.min(from + BATCH, examples.length), examples.length);
  }
  return [...groups].map(([group, { label, scores }]) => {
    const own: Answer['own'] = { face: null, voice: null, words: null };
    for (const modality of MODALITIES) {
      const rows = scores.flatMap(({ modalities }) => (modalities[modality] ? [modalities[modality]] : []));
      own[modality] = rows.length > 0 ? meanOf(rows) : null;
    }
    // No example is without a modality, so that there always is a distribution.
    const probabilities = meanOf(scores.map((score) => score.probabilities!));
    const present = MODALITIES.filter((modality) => own[modality] !== null);
    return answerOf({ group, label, probabilities, own }, thresholdOf(uncertainBelow, present));
  });
}
