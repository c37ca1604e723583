import { describe, expect, it } from 'vitest';
import { LogMelStream } from '../../src/features/log-mel.js';
import { VoiceActivityDetector } from '../../src/features/voice-activity.js';
import { MEL_BANDS } from '../../src/features/types.js';
import { hum, RATE, sound, speech, whiteNoise } from './support/sounds.js';

/** Speech or not for every frame (10 ms). */
function detect(samples: Float32Array): { frames: boolean[]; speechMs: number } {
  const { mel, frames } = new LogMelStream().push(samples);
  const detector = new VoiceActivityDetector();
  const seen: boolean[] = [];
  for (let i = 0; i < frames; i++) {
    const { speechFrames } = detector.process(mel.subarray(i * MEL_BANDS, (i + 1) * MEL_BANDS), 1);
    seen.push(speechFrames === 1);
  }
  return { frames: seen, speechMs: 10 * seen.filter(Boolean).length };
}

const words = speech();
const spokenMs = (words.length / RATE) * 1000 - 1000;
const noisy = (deviation: number) => {
  const noise = whiteNoise(deviation, 5);
  return words.map((v) => v + noise());
};

describe('VoiceActivityDetector', () => {
  it('hears a sentence from its first syllable to its last', () => {
    const { frames, speechMs } = detect(words);
    expect(frames.slice(0, 45).some(Boolean)).toBe(false); // the silence before
    expect(frames.slice(-15).some(Boolean)).toBe(false); // past the hangover
    expect(frames.slice(75, 75 + Math.floor(spokenMs / 10) - 45).every(Boolean)).toBe(true);
    expect(speechMs / spokenMs).toBeGreaterThan(0.9);
    expect(speechMs / spokenMs).toBeLessThan(1.1);
  });

  it.each([
    ['quiet (40 dB down)', words.map((v) => v * 0.01)],
    ['with noise 30 dB under it', noisy(0.001)],
    ['with noise 10 dB under it', noisy(0.01)],
  ])('hears it when it is %s', (_, samples) => {
    const { speechMs } = detect(samples);
    expect(speechMs / spokenMs).toBeGreaterThan(0.8);
    expect(speechMs / spokenMs).toBeLessThan(1.15);
  });

  it('estimates the signal-to-noise ratio within 6 dB', () => {
    const inSpeechBand = 10 * Math.log10(3800 / 8000); // share of white noise in 200..4000 Hz
    const spoken = words.subarray(RATE / 2, words.length - RATE / 2);
    const power = spoken.reduce((sum, v) => sum + v * v, 0) / spoken.length;
    for (const deviation of [0.001, 0.003, 0.01]) {
      const truth = 10 * Math.log10(power / deviation ** 2) - inSpeechBand;
      const { mel, frames } = new LogMelStream().push(noisy(deviation));
      expect(Math.abs(new VoiceActivityDetector().process(mel, frames).snrDb - truth)).toBeLessThan(6);
    }
  });

  it('hears nothing in digital silence', () => {
    expect(detect(sound(5, () => 0)).speechMs).toBe(0);
  });

  const steady: [string, (t: number) => number][] = [
    ['loud white noise', whiteNoise(0.1, 1)],
    ['soft white noise', whiteNoise(0.003, 2)],
    ['a low tone', (t) => 0.3 * Math.sin(2 * Math.PI * 150 * t)],
    ['a 440 Hz tone', (t) => 0.3 * Math.sin(2 * Math.PI * 440 * t)],
    ['a 1 kHz tone', (t) => 0.3 * Math.sin(2 * Math.PI * 1000 * t)],
    ['50 Hz hum', hum(50, 0.1)],
    ['60 Hz hum', hum(60, 0.1)],
    [
      'hum in noise',
      (
        (noise) => (t: number) =>
          0.1 * Math.sin(2 * Math.PI * 100 * t) + noise()
      )(whiteNoise(0.01, 3)),
    ],
  ];
  it.each(steady)('takes %s for no speech: from the start, starting late, and in a burst', (_, f) => {
    expect(detect(sound(4, f)).speechMs).toBe(0);
    expect(detect(sound(4, f, 1)).speechMs).toBeLessThan(50);
    expect(detect(sound(4, f, 1, 2)).speechMs).toBeLessThan(100);
  });

  it('takes single clicks for no speech', () => {
    const clicks = sound(4, (t) => (t % 0.5 < 0.002 ? 0.5 : 0));
    expect(detect(clicks).speechMs).toBe(0);
  });

  it('hears speech again after a gap', () => {
    const { mel, frames } = new LogMelStream().push(words);
    const detector = new VoiceActivityDetector();
    const first = detector.process(mel, frames).speechFrames;
    detector.gap();
    const second = detector.process(mel, frames).speechFrames;
    expect(Math.abs(second - first)).toBeLessThan(10);
  });
});
