import { EMOTIONS } from '../../../src/common/emotions.js';
import type { UnsequencedEvent } from '../../../src/events/bus.js';
import type { Scores } from '../../../src/events/schema.js';

/** An emotion event as the wire has it: some 2 kB. */
export function emotionEvent(second: number, room = 'room'): UnsequencedEvent {
  const scores = Object.fromEntries(EMOTIONS.map((emotion, index) => [emotion, 0.1 + index / 1000])) as Scores;
  const modality = { state: 'live' as const, present: true, weight: 0.25, scores, quality: { size: 0.5, light: 0.5 } };
  return {
    type: 'emotion',
    room,
    participant: 'alice',
    window: { start: second * 1000, end: second * 1000 + 1000 },
    revision: 0,
    label: 'neutral',
    uncertain: false,
    confidence: 0.9,
    scores,
    smoothed: scores,
    valence: 0.1,
    arousal: -0.1,
    face: { ...modality, box: { x: 0.1, y: 0.1, width: 0.5, height: 0.5 } },
    voice: modality,
    words: modality,
    engine: { name: 'wasm', model: 'test' },
    latency: { capture: 1, decode: 2, close: 3, features: 4, queue: 5, inference: 6, publish: 7, total: 8 },
  };
}
