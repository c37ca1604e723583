import { describe, expect, it } from 'vitest';
import { silentMeter } from '../../src/common/metrics.js';
import { logMel } from '../../src/features/log-mel.js';
import { MEL_BANDS, type VoiceObservation } from '../../src/features/types.js';
import { VoiceObserver } from '../../src/features/voice-observer.js';
import type { AudioChunk } from '../../src/media/types.js';
import type { Timed } from '../../src/streams/types.js';
import { spoken } from './support/hear.js';
import { chunks, sound, speech } from './support/sounds.js';

const observe = (input: AudioChunk[], observer = new VoiceObserver()): Timed<VoiceObservation>[] =>
  spoken(input)
    .map((c) => observer.observe(c))
    .filter((b) => b !== null);
const frames = (blocks: Timed<VoiceObservation>[]) => blocks.reduce((n, b) => n + b.value.frames, 0);

describe('VoiceObserver', () => {
  it.each([[[320]], [[160]], [[960]], [[1, 500, 37, 320]]])(
    'gives every frame once at its media time, cut %j',
    (sizes) => {
      const samples = speech();
      const blocks = observe(chunks(samples, 50_000, sizes));
      const whole = logMel(samples);
      expect(frames(blocks)).toBe(whole.frames);
      let frame = 0;
      for (const b of blocks) {
        expect(b.mediaTime).toBeCloseTo(50_000 + frame * 10, 6);
        expect(b.durationMs).toBe(b.value.frames * 10);
        expect(b.value.mel).toEqual(whole.mel.subarray(frame * MEL_BANDS, (frame + b.value.frames) * MEL_BANDS));
        expect(b.value.speechFrames).toBeLessThanOrEqual(b.value.frames);
        frame += b.value.frames;
      }
    },
  );

  it.each([[[320]], [[160]], [[1, 500, 37, 320]]])(
    'has the sound with its blocks where that is asked for, cut %j',
    (sizes) => {
      const samples = speech();
      const blocks = observe(chunks(samples, 50_000, sizes), new VoiceObserver(silentMeter, true));
      for (const { mediaTime, durationMs, value } of blocks) {
        const from = Math.round((mediaTime - 50_000) * 16);
        expect(value.samples).toEqual(samples.slice(from, from + durationMs * 16));
      }
      for (const { value } of observe(chunks(samples, 50_000, sizes))) expect(value.samples).toHaveLength(0);
    },
  );

  it('carries the arrival and decoding times of the chunk that completed a block', () => {
    const input = chunks(speech(), 0);
    const observer = new VoiceObserver();
    for (const c of spoken(input)) {
      const block = observer.observe(c);
      if (block) expect([block.arrivalMs, block.decodedMs]).toEqual([c.arrivalMs, c.decodedMs]);
    }
  });

  it('starts afresh at a gap, so that no frame spans it', () => {
    const piece = sound(0.1, (t) => Math.sin(2000 * t));
    const blocks = observe([...chunks(piece, 1000), ...chunks(piece, 1500)]);
    const alone = logMel(piece).frames;
    expect(frames(blocks)).toBe(2 * alone);
    const second = blocks.filter((b) => b.mediaTime >= 1500);
    expect(second[0]!.mediaTime).toBe(1500);
    expect(frames(second)).toBe(alone);
  });

  it('takes a slewed clock for the same sound', () => {
    const input = chunks(speech(), 0).map((c, i) => ({ ...c, mediaTime: c.mediaTime + 0.2 * i }));
    expect(frames(observe(input))).toBe(logMel(speech()).frames);
  });

  it('survives empty chunks and samples that are not numbers', () => {
    const bad = sound(0.2, () => NaN);
    const blocks = observe([...chunks(bad, 0), { ...chunks(bad, 200)[0]!, samples: new Float32Array(0) }]);
    for (const b of blocks) for (const v of b.value.mel) expect(Number.isFinite(v)).toBe(true);
    expect(blocks.every((b) => Number.isFinite(b.value.snrDb))).toBe(true);
  });

  it('starts afresh after close', () => {
    const observer = new VoiceObserver();
    const piece = sound(0.1, () => 0.1);
    observe(chunks(piece, 1000), observer);
    observer.close();
    expect(observe(chunks(piece, 1100), observer)[0]!.mediaTime).toBe(1100);
  });
});
