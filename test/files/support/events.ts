import { EMOTIONS, type Emotion } from '../../../src/common/emotions.js';
import type { EmotionEvent, RoomEvent, Scores } from '../../../src/events/schema.js';

/** A distribution: so much of one emotion, the rest spread over the others. */
export function mostly(emotion: Emotion, share: number): Scores {
  return Object.fromEntries(
    EMOTIONS.map((each) => [each, each === emotion ? share : (1 - share) / (EMOTIONS.length - 1)]),
  ) as Scores;
}

export interface Told {
  second: number;
  participant?: string;
  /** Null: nothing to judge by. */
  label: Emotion | null;
  share?: number;
  uncertain?: boolean;
  revision?: number;
}

/** An event of a face and a voice. @param startMs when the recording, or the call, began */
export function told(startMs: number, { second, participant = 'p1', label, ...rest }: Told): EmotionEvent {
  const { share = 0.9, uncertain = false, revision = 0 } = rest;
  const scores = label && mostly(label, share);
  const start = startMs + 1000 * second;
  const seen = label !== null;
  const modality = (present: boolean, weight: number) => ({
    ...{ state: 'live' as const, present, weight: present ? weight : 0, scores: present ? scores : null },
    quality: present ? { one: 0.5, other: 0.7 } : ({} as Record<string, number>),
  });
  return {
    ...{ type: 'emotion', room: 'r', participant, epoch: 'e', seq: second + 1, revision },
    window: { start, end: start + 1000 },
    ...{ label, uncertain, confidence: seen ? share : 0, scores, smoothed: scores },
    ...{ valence: seen ? 0.5 : null, arousal: seen ? -0.25 : null },
    face: { ...modality(seen, 0.75), box: seen ? { x: 0.1, y: 0.2, width: 0.3, height: 0.4 } : null },
    voice: modality(seen, 0.25),
    words: modality(false, 0),
    engine: { name: 'wasm', model: 'm@1' },
    latency: { capture: null, decode: null, close: 0, features: 0, queue: 1, inference: 1, publish: 0, total: 2 },
  };
}

export const begin = (at: number): RoomEvent => ({
  ...{ type: 'begin', room: 'r', participant: 'p1', epoch: 'e', seq: 1, at },
  analysed: { face: true, voice: true, words: true },
});
