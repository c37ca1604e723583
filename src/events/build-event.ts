import { EMOTIONS, type Modality } from '../common/emotions.js';
import { FACE_QUALITY, VOICE_QUALITY, WORDS_QUALITY, type WindowFeatures } from '../features/types.js';
import type { EmotionScores } from '../inference/types.js';
import type { UnsequencedEvent } from './bus.js';
import type { Scores, SeenFace } from './schema.js';

export interface EventParts {
  room: string;
  participant: string;
  features: Omit<WindowFeatures, 'face' | 'voice' | 'words'> & FeatureSummary;
  scores: EmotionScores;
  smoothed: number[] | null;
  /** Where faces are told apart. */
  faces?: SeenFace[];
  engine: { name: string; model: string };
  /** Milliseconds in the batcher's queue and in the engine. */
  queueMs: number;
  inferenceMs: number;
  /** When inference was done and now, server wall clock, ms. */
  scoredMs: number;
  publishMs: number;
}

/** What an event needs of the features once the tensors are gone. */
export interface FeatureSummary {
  face: Pick<NonNullable<WindowFeatures['face']>, 'quality' | 'box'> | null;
  voice: Pick<NonNullable<WindowFeatures['voice']>, 'quality'> | null;
  words: Pick<NonNullable<WindowFeatures['words']>, 'quality'> | null;
}

/** Four decimals say all there is to say and keep an event near 2 kB. */
const round = (value: number) => Math.round(value * 1e4) / 1e4;
const roundMs = (value: number) => Math.round(value * 10) / 10;

const named = (names: readonly string[], quality: readonly number[]): Record<string, number> =>
  Object.fromEntries(names.map((n, i) => [n, round(quality[i] ?? 0)]));

export function toScores(probabilities: readonly number[] | null): Scores | null {
  if (!probabilities) return null;
  return Object.fromEntries(EMOTIONS.map((emotion, i) => [emotion, round(probabilities[i] ?? 0)])) as Scores;
}

/** Builds the emotion event of one window. Pure; the bus adds `seq`. */
export function buildEmotionEvent(parts: EventParts): Extract<UnsequencedEvent, { type: 'emotion' }> {
  const { features, scores } = parts;
  const { timing } = features;
  const label = scores.probabilities ? EMOTIONS[indexOfMax(scores.probabilities)] : undefined;
  const modality = (name: Modality, quality: readonly number[] | undefined, names: readonly string[]) => ({
    state: features.state[name],
    present: quality !== undefined,
    weight: round(scores.weights[name]),
    scores: quality ? toScores(scores.modalities[name]) : null,
    quality: quality ? named(names, quality) : {},
  });
  const { lastMediaMs, lastArrivalMs, lastDecodedMs } = timing;
  return {
    type: 'emotion',
    room: parts.room,
    participant: parts.participant,
    window: { start: features.startMs, end: features.endMs },
    revision: features.revision,
    label: label ?? null,
    uncertain: scores.uncertain,
    confidence: round(scores.confidence),
    scores: toScores(scores.probabilities),
    smoothed: toScores(parts.smoothed),
    valence: scores.valence === null ? null : round(scores.valence),
    arousal: scores.arousal === null ? null : round(scores.arousal),
    face: { ...modality('face', features.face?.quality, FACE_QUALITY), box: features.face?.box ?? null },
    ...(parts.faces && { faces: parts.faces }),
    voice: modality('voice', features.voice?.quality, VOICE_QUALITY),
    words: modality('words', features.words?.quality, WORDS_QUALITY),
    // A copy: another engine may be in use when the event is read again.
    engine: { ...parts.engine },
    latency: {
      capture:
        lastArrivalMs === null || lastMediaMs === null ? null : roundMs(Math.max(0, lastArrivalMs - lastMediaMs)),
      decode:
        lastDecodedMs === null || lastArrivalMs === null ? null : roundMs(Math.max(0, lastDecodedMs - lastArrivalMs)),
      close: roundMs(timing.closedMs - features.endMs),
      features: roundMs(timing.featuresMs - timing.closedMs),
      queue: roundMs(parts.queueMs),
      inference: roundMs(parts.inferenceMs),
      publish: roundMs(parts.publishMs - parts.scoredMs),
      total: roundMs(parts.publishMs - features.endMs),
    },
  };
}

/** What an event says of one face among several. @param scores of it alone; null: it has no answer */
export function buildSeenFace(
  { id, judged, box, quality }: Pick<SeenFace, 'id' | 'judged' | 'box'> & { quality: readonly number[] },
  scores: EmotionScores | null,
  smoothed: readonly number[] | null,
): SeenFace {
  const { probabilities = null, valence = null, arousal = null } = scores ?? {};
  return {
    ...{ id, box, judged },
    label: (probabilities && EMOTIONS[indexOfMax(probabilities)]) ?? null,
    uncertain: scores?.uncertain ?? true,
    confidence: round(scores?.confidence ?? 0),
    scores: toScores(probabilities),
    smoothed: toScores(smoothed),
    valence: valence === null ? null : round(valence),
    arousal: arousal === null ? null : round(arousal),
    quality: named(FACE_QUALITY, quality),
  };
}

function indexOfMax(values: readonly number[]): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] ?? 0) > (values[best] ?? 0)) best = i;
  return best;
}
