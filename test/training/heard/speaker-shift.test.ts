import { describe, expect, it } from 'vitest';
import { HEARD_WIDTHS } from '../../../src/features/types.js';
import { STATISTICS } from '../../../src/training/heard/heard-rows.js';
import { isStandard, SpeakerShift, standardVectors } from '../../../src/training/heard/speaker-shift.js';
import { Rng } from '../../../src/training/rng.js';
import type { VoiceExample } from '../../../src/training/voice-examples.js';

/** Rows of one value each: of speaker 1 a neutral 0 and three happy 4s, of speaker 2 one neutral 10. */
const ROWS = [0, 4, 4, 4, 10];
const rows = {
  values: Float32Array.from({ length: ROWS.length * STATISTICS }, (_, i) => ROWS[Math.floor(i / STATISTICS)]!),
  clips: Int32Array.of(0, 1, 1, 1, 2),
  chances: new Float32Array(ROWS.length).fill(1),
};
const example = (speaker: number, label: number, from: number, to: number): VoiceExample => ({
  ...{ speaker, label, corpus: 0, burst: false, variants: [], target: [], weight: 1 },
  heard: { rows, from, to },
});
const examples = [example(1, 0, 0, 1), example(1, 1, 1, 4), example(2, 0, 4, 5)];

describe('what encoders hear, moved towards another speaker', () => {
  it('goes up to one and a half times the way between their means, every emotion alike', () => {
    const shift = new SpeakerShift(examples);
    const rng = new Rng(3);
    const moved = Array.from({ length: 400 }, () => {
      const own = new Float32Array(STATISTICS).fill(4);
      shift.move(own, 1, rng);
      expect(new Set(own).size).toBe(1);
      return own[0]!;
    });
    // The mean of speaker 1 is that of 0 and 4; from there it is 8 to speaker 2, and no way to speaker 1.
    expect(Math.min(...moved)).toBe(4);
    expect(Math.max(...moved)).toBeGreaterThan(4 + 11);
    expect(Math.max(...moved)).toBeLessThan(4 + 12);
    expect(moved.filter((value) => value === 4).length).toBeGreaterThan(100);
  });
});

describe('the vectors that standardise', () => {
  it('are the mean and the inverse deviation over all windows, for each encoder', () => {
    const vectors = standardVectors(examples);
    expect([...vectors].map(([name, { shape }]) => [name, shape[0]])).toEqual([
      ['voice/recogniser/centre/vector', 2 * HEARD_WIDTHS[0]],
      ['voice/recogniser/scale/vector', 2 * HEARD_WIDTHS[0]],
      ['voice/speaker/centre/vector', 2 * HEARD_WIDTHS[1]],
      ['voice/speaker/scale/vector', 2 * HEARD_WIDTHS[1]],
    ]);
    const [centre, scale] = [...vectors.values()].map(({ values }) => values[7]!);
    // Of 0, 4, 4, 4, 10: mean 4.4, variance 148 / 5 - 4.4².
    expect(centre).toBeCloseTo(4.4, 5);
    expect(scale).toBeCloseTo(1 / Math.sqrt(29.6 - 19.36), 5);
    for (const name of vectors.keys()) expect(isStandard(name)).toBe(true);
    expect(isStandard('voice/speaker/embedding/kernel')).toBe(false);
  });
});
