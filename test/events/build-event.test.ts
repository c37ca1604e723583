import { describe, expect, it } from 'vitest';
import { buildEmotionEvent, type EventParts } from '../../src/events/build-event.js';
import { emotionEventSchema } from '../../src/events/schema.js';

const parts: EventParts = {
  room: 'r',
  participant: 'p',
  features: {
    startMs: 10_000,
    endMs: 11_000,
    revision: 0,
    closedBy: 'watermark',
    face: { quality: [0.5, 0.6, 0.7, 0.8], box: { x: 0.1, y: 0.2, width: 0.3, height: 0.4 } },
    voice: null,
    words: { quality: [0.1, 1] },
    state: { face: 'live', voice: 'stalled', words: 'live' },
    timing: {
      lastMediaMs: 10_900,
      lastArrivalMs: 10_940,
      lastDecodedMs: 10_945,
      saidMs: [],
      closedMs: 11_100,
      featuresMs: 11_104,
    },
  },
  scores: {
    probabilities: [0.1, 0.6, 0.1, 0.05, 0.05, 0.05, 0.05],
    valence: 0.4,
    arousal: -0.2,
    confidence: 0.6,
    uncertain: false,
    weights: { face: 0.7, voice: 0, words: 0.3 },
    modalities: { face: [0, 1, 0, 0, 0, 0, 0], voice: null, words: [1, 0, 0, 0, 0, 0, 0] },
  },
  smoothed: null,
  engine: { name: 'wasm', model: 'm-1' },
  queueMs: 5,
  inferenceMs: 12,
  scoredMs: 11_121,
  publishMs: 11_122,
};

describe('emotion event', () => {
  it('obeys its own schema, with and without any modality', () => {
    const full = { ...buildEmotionEvent(parts), epoch: 'e', seq: 1 };
    expect(emotionEventSchema.parse(full)).toEqual(full);
    const none: EventParts = {
      ...parts,
      features: {
        ...parts.features,
        face: null,
        words: null,
        timing: { ...parts.features.timing, lastMediaMs: null, lastArrivalMs: null, lastDecodedMs: null },
      },
      scores: {
        probabilities: null,
        valence: null,
        arousal: null,
        confidence: 0,
        uncertain: true,
        weights: { face: 0, voice: 0, words: 0 },
        modalities: { face: null, voice: null, words: null },
      },
    };
    const empty = emotionEventSchema.parse({ ...buildEmotionEvent(none), epoch: 'e', seq: 1 });
    expect(empty.label).toBeNull();
    expect(empty.face.present).toBe(false);
    expect(empty.latency.capture).toBeNull();
  });

  it('names the likeliest emotion and who spoke', () => {
    const event = buildEmotionEvent(parts);
    expect(event.label).toBe('happy');
    expect([event.face.present, event.voice.present, event.words.present]).toEqual([true, false, true]);
    expect(event.voice.state).toBe('stalled');
    expect(event.face.quality).toEqual({ size: 0.5, light: 0.6, contrast: 0.7, sharpness: 0.8 });
  });

  it('accounts for every millisecond from the window’s end to publishing', () => {
    const { latency } = buildEmotionEvent(parts);
    expect(latency).toMatchObject({
      capture: 40,
      decode: 5,
      close: 100,
      features: 4,
      queue: 5,
      inference: 12,
      publish: 1,
    });
    expect(latency.close + latency.features + latency.queue + latency.inference + latency.publish).toBeCloseTo(
      latency.total,
      6,
    );
  });
});
