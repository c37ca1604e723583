import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chosenCrops } from '../../src/features/crop-chooser.js';
import { settled } from '../../src/features/settle-crops.js';
import { assembleFeatures } from '../../src/features/assemble.js';
import { logMel, MEL_SILENCE, normaliseLogMel } from '../../src/features/log-mel.js';
import {
  FACE_CROPS,
  FACE_SIZE,
  MEL_BANDS,
  MEL_FRAMES,
  WORD_ROW,
  WORD_TOKENS,
  type FaceObservation,
  type VoiceObservation,
} from '../../src/features/types.js';
import { VoiceObserver } from '../../src/features/voice-observer.js';
import type { AlignedWindow, Timed } from '../../src/streams/types.js';
import { FRAME_SAMPLES } from '../../src/speech/index.js';
import { hear } from './support/hear.js';
import { chunks, sound, speech, whiteNoise } from './support/sounds.js';

type Window = AlignedWindow<FaceObservation, VoiceObservation>;
const START = 1_700_000_000_000;
const END = START + 1000;

function window(parts: Partial<Window>): Window {
  return {
    startMs: START,
    endMs: END,
    revision: 0,
    closedBy: 'watermark',
    frames: [],
    audio: [],
    words: [],
    saidMs: [],
    state: { face: 'live', voice: 'live', words: 'off' },
    lastArrivalMs: END + 5,
    lastDecodedMs: END + 9,
    lastMediaMs: END - 10,
    closedMs: END + 150,
    ...parts,
  };
}

/** A face observation whose crop is filled with `id`. */
function face(offset: number, id: number, quality = 0.5): Timed<FaceObservation> {
  const value: FaceObservation = {
    crop: new Uint8Array(FACE_SIZE * FACE_SIZE).fill(id),
    box: { x: id / 1000, y: 0, width: 0.2, height: 0.2 },
    score: 0.9,
    quality: [quality, quality, quality, quality],
    faces: 1,
  };
  return { mediaTime: START + offset, durationMs: 0, arrivalMs: 0, decodedMs: 0, value };
}
const noFace = (offset: number): Timed<FaceObservation> => ({
  ...face(offset, 0),
  value: { crop: null, box: null, score: 0, quality: [0, 0, 0, 0], faces: 0 },
});
const idsOf = (crops: Uint8Array) =>
  Array.from({ length: crops.length / FACE_SIZE ** 2 }, (_, i) => crops[i * FACE_SIZE ** 2]);

/** Sound that ends at `endsAt` (media time), with silence behind it, as an observer gives it. */
function heard(samples: Float32Array, endsAt: number): Timed<VoiceObservation>[] {
  const observer = new VoiceObserver();
  const andSilence = new Float32Array(samples.length + FRAME_SAMPLES);
  andSilence.set(samples);
  return hear(chunks(andSilence, endsAt - samples.length / 16))
    .map((c) => observer.observe(c))
    .filter((b) => b !== null)
    .filter((b) => b.mediaTime + b.durationMs > END - 3000 && b.mediaTime < END);
}

describe('assembleFeatures: the window', () => {
  it('keeps what it is told and adds when it was ready', () => {
    const w = window({ revision: 2, closedBy: 'revision' });
    const f = assembleFeatures(w, END + 160);
    expect(f).toMatchObject({ startMs: START, endMs: END, revision: 2, closedBy: 'revision', state: w.state });
    expect(f.timing).toEqual({
      lastMediaMs: w.lastMediaMs,
      lastArrivalMs: w.lastArrivalMs,
      lastDecodedMs: w.lastDecodedMs,
      saidMs: [],
      closedMs: w.closedMs,
      featuresMs: END + 160,
    });
    expect([f.face, f.voice, f.words]).toEqual([null, null, null]);
  });
});

describe('assembleFeatures: face', () => {
  it('is null when no picture shows one', () => {
    expect(assembleFeatures(window({ frames: [noFace(0), noFace(500)] }), END).face).toBeNull();
  });

  it('takes all crops of a few, in time order, with the mean quality and the newest box', () => {
    const frames = [face(100, 1, 0.2), noFace(300), face(500, 2, 0.6)];
    const f = assembleFeatures(window({ frames }), END).face!;
    expect(f.count).toBe(2);
    expect(idsOf(f.crops)).toEqual([1, 2]);
    f.quality.forEach((q) => expect(q).toBeCloseTo(0.4));
    expect(f.box.x).toBe(0.002);
  });

  it('takes the best crop of each quarter of the window', () => {
    const frames = [0, 100, 250, 350, 500, 600, 750, 850].map((at, i) => face(at, i + 1, i % 2 ? 0.9 : 0.3));
    expect(idsOf(assembleFeatures(window({ frames }), END).face!.crops)).toEqual([2, 4, 6, 8]);
  });

  it('shows every other crop mirrored, and hands on the same pixels when they are settled on the way', () => {
    const pixels = Uint8Array.from({ length: FACE_SIZE ** 2 }, (_, i) => i % FACE_SIZE);
    const frames = [face(100, 1), face(600, 2)];
    for (const { value } of frames) value.crop = pixels;
    const read = assembleFeatures(window({ frames }), END, 2).face!;
    expect([read.crops[0], read.crops[FACE_SIZE ** 2]]).toEqual([0, FACE_SIZE - 1]);
    const early = chosenCrops(frames, 2, START).map(settled);
    const live = assembleFeatures(window({ frames }), END, 2).face!;
    expect(live.cropIds).toEqual(early.map(({ id }) => id));
    expect(Buffer.concat(early.map((crop) => crop.pixels))).toEqual(Buffer.from(read.crops));
  });

  it('fills up from a crowded quarter when others are empty', () => {
    const frames = [face(0, 1, 0.1), face(50, 2, 0.5), face(100, 3, 0.9), face(150, 4, 0.8), face(900, 5, 0.2)];
    expect(idsOf(assembleFeatures(window({ frames }), END).face!.crops)).toEqual([2, 3, 4, 5]);
  });

  it('never has more than FACE_CROPS crops, never repeats one, and always some when there is one', () => {
    const arbitrary = fc.array(
      fc.record({ at: fc.integer({ min: 0, max: 999 }), quality: fc.double({ min: 0, max: 1, noNaN: true }) }),
      {
        minLength: 1,
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(arbitrary, (pictures) => {
        const frames = pictures.sort((a, b) => a.at - b.at).map((p, i) => face(p.at, i + 1, p.quality));
        const f = assembleFeatures(window({ frames }), END).face!;
        const ids = idsOf(f.crops) as number[];
        expect(f.count).toBe(Math.min(FACE_CROPS, frames.length));
        expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
      }),
    );
  });
});

describe('assembleFeatures: voice', () => {
  it('lays the trailing three seconds out and normalises them as training does', () => {
    const samples = speech().subarray(0, 48_000 + 240);
    const f = assembleFeatures(window({ audio: heard(samples, END + 15) }), END).voice!;
    const { mel, frames } = logMel(samples);
    expect(frames).toBe(MEL_FRAMES);
    expect(f.logMel).toEqual(normaliseLogMel(mel, frames));
    f.quality.forEach((q) => expect(q).toBeGreaterThan(0.5));
    f.quality.forEach((q) => expect(q).toBeLessThanOrEqual(1));
  });

  it('puts silence where no sound came, at the right place', () => {
    const audio = heard(speech(), END).filter(
      (b) => b.mediaTime + b.durationMs <= END - 2000 || b.mediaTime >= END - 1500,
    );
    const f = assembleFeatures(window({ audio }), END).voice!;
    const row = (k: number) => [...f.logMel.subarray(k * MEL_BANDS, (k + 1) * MEL_BANDS)];
    for (const k of [102, 125, 147]) expect(row(k).every((v) => v === Math.fround(MEL_SILENCE))).toBe(true);
    for (const k of [80, 160, 220]) expect(row(k).some((v) => v > MEL_SILENCE + 1)).toBe(true);
    expect(f.quality[2]).toBeCloseTo(250 / 300, 1);
  });

  it('leaves no holes when the media clock is slewed against the frames', () => {
    const slewed = heard(speech(), END).map((b) => ({ ...b, mediaTime: END - (END - b.mediaTime) * 1.004 }));
    const f = assembleFeatures(window({ audio: slewed }), END).voice!;
    expect(f.quality[2]).toBeGreaterThan(0.98);
  });

  it('is null when the speech is over before the window', () => {
    const silence = new Float32Array(16_000);
    const samples = Float32Array.from([...speech(), ...silence]);
    expect(assembleFeatures(window({ audio: heard(samples, END) }), END).voice).toBeNull();
  });

  it('is null in silence, in noise and without sound', () => {
    const noise = sound(4, whiteNoise(0.05, 9));
    expect(assembleFeatures(window({ audio: heard(noise, END) }), END).voice).toBeNull();
    expect(assembleFeatures(window({ audio: heard(new Float32Array(64_000), END) }), END).voice).toBeNull();
    expect(assembleFeatures(window({}), END).voice).toBeNull();
  });

  it('pads in front when the sound has only begun', () => {
    const f = assembleFeatures(window({ audio: heard(speech().subarray(0, 24_000), END) }), END).voice!;
    expect(f.logMel.subarray(0, 140 * MEL_BANDS).every((v) => v === Math.fround(MEL_SILENCE))).toBe(true);
    expect(f.quality[2]).toBeCloseTo(0.5, 1);
  });
});

describe('assembleFeatures: words', () => {
  const words = (text: string, endsAgo: number) => ({
    text,
    startMs: END - endsAgo - 500,
    endMs: END - endsAgo,
    arrivalMs: END,
  });

  it('is null without any', () => {
    expect(assembleFeatures(window({ words: [words(' ', 0)] }), END).words).toBeNull();
  });

  it('joins the segments and says how fresh they are', () => {
    const f = assembleFeatures(window({ words: [words('I am so', 2000), words('happy today!', 0)] }), END).words!;
    expect(f.count).toBe(6); // five words and a mark
    expect(f.tokens).toHaveLength(WORD_TOKENS * WORD_ROW);
    expect(f.quality).toEqual([6 / WORD_TOKENS, 1]);
    expect(assembleFeatures(window({ words: [words('hello', 6000)] }), END).words!.quality[1]).toBeCloseTo(0.25);
    expect(assembleFeatures(window({ words: [words('hello', -300)] }), END).words!.quality[1]).toBe(1);
  });
});
