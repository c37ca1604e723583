import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { logMel } from '../../src/features/log-mel.js';
import { MEL_BANDS } from '../../src/features/types.js';
import { encodeOpus, throughOpus } from '../../src/training/opus-coding.js';

/** libopus looks 6.5 ms ahead: what comes out is that much later. */
const LATER = 104;

function speech(): Float32Array {
  const wav = readFileSync(fileURLToPath(new URL('../fixtures/speech-16k.wav', import.meta.url)));
  const dataAt = wav.indexOf('data', 12, 'latin1') + 8;
  return Float32Array.from({ length: (wav.length - dataAt) >> 1 }, (_, i) => wav.readInt16LE(dataAt + 2 * i) / 32_768);
}

/** Signal over what the coding changed, dB. */
function signalToChange(before: Float32Array, after: Float32Array): number {
  let signal = 0;
  let change = 0;
  for (let i = LATER; i < after.length; i++) {
    signal += before[i - LATER]! ** 2;
    change += (after[i]! - before[i - LATER]!) ** 2;
  }
  return 10 * Math.log10(signal / change);
}

describe('a voice through Opus', () => {
  const sound = speech();

  it('is the same sound, the nearer the more bits it may have', () => {
    const [poor, good] = [10_000, 32_000].map((bitRate) => throughOpus(sound, bitRate)) as [Float32Array, Float32Array];
    for (const coded of [poor, good]) {
      expect(sound.length - coded.length).toBeGreaterThanOrEqual(0);
      // A packet that is not full is left out, and the resampler keeps a few samples.
      expect(sound.length - coded.length).toBeLessThan(320 + 64);
    }
    const ratios = { poor: signalToChange(sound, poor), good: signalToChange(sound, good) };
    expect(ratios.poor).toBeGreaterThan(3);
    expect(ratios.good).toBeGreaterThan(ratios.poor + 2);
  });

  it('loses what a narrow line cannot carry', () => {
    const top = (samples: Float32Array): number => {
      const { mel, frames } = logMel(samples);
      let sum = 0;
      for (let frame = 0; frame < frames; frame++) sum += mel[(frame + 1) * MEL_BANDS - 1]!;
      return sum / frames;
    };
    expect(top(throughOpus(sound, 6_000))).toBeLessThan(top(sound) - 2);
  });

  it('has as many packets as the sound has 20 ms, of about the size that the bit rate allows', () => {
    const packets = encodeOpus(sound, { sampleRate: 16_000, bitRate: 24_000 });
    expect(packets).toHaveLength(Math.floor(sound.length / 320));
    const bitsPerSecond = (packets.reduce((sum, { length }) => sum + 8 * length, 0) / packets.length) * 50;
    expect(bitsPerSecond).toBeGreaterThan(8_000);
    expect(bitsPerSecond).toBeLessThan(28_000);
  });
});
