import { describe, expect, it } from 'vitest';
import { type Hearing, voicedSeconds } from '../../bench/voice-activity/live-windows.js';
import { makeSound, SOUNDS } from '../../bench/voice-activity/sounds.js';
import { addRoom } from '../../bench/voice-activity/speech-windows.js';
import { seeded } from '../../bench/support/random.js';
import { assembleFeatures } from '../../src/features/assemble.js';
import { isLaughter } from '../../src/features/laughter.js';
import { logMel } from '../../src/features/log-mel.js';
import { VoiceObserver } from '../../src/features/voice-observer.js';
import { VoiceActivities } from '../../src/speech/index.js';
import { FRAME_SAMPLES, type Memory, type SileroNetwork } from '../../src/speech/silero-network.js';
import { hearer, network } from './support/hear.js';
import { hum, RATE, sound, speech, whiteNoise } from './support/sounds.js';

const HEARING: Hearing = {
  newHearer: () => {
    const listening = hearer();
    return (chunk) => listening.hear(chunk);
  },
  newObserver: () => new VoiceObserver(),
  assembleFeatures,
};
const voiced = (samples: Float32Array) => voicedSeconds(samples, HEARING).filter(Boolean).length;

describe('a voice is present', () => {
  // At most 5 % of 30 windows each; they were once judged as emotions, most of them for certain.
  it.each(Object.keys(SOUNDS))('not in %s', (name) => {
    expect(voiced(makeSound(name))).toBeLessThanOrEqual(1);
  });

  const steady: [string, (t: number) => number][] = [
    ['silence', () => 0],
    ['loud white noise', whiteNoise(0.1, 1)],
    ['soft white noise', whiteNoise(0.003, 2)],
    ['a 440 Hz tone', (t) => 0.3 * Math.sin(2 * Math.PI * 440 * t)],
    ['50 Hz hum', hum(50, 0.1)],
    [
      '60 Hz hum in noise',
      (
        (mains, noise) => (t: number) =>
          mains(t) + noise()
      )(hum(60, 0.1), whiteNoise(0.01, 3)),
    ],
    ['single clicks', (t) => (t % 0.5 < 0.002 ? 0.5 : 0)],
  ];
  it.each(steady)('not in %s: from the start, starting late, and in a burst', (_, f) => {
    expect(voiced(sound(4, f)) + voiced(sound(4, f, 1)) + voiced(sound(4, f, 1, 2))).toBe(0);
  });

  it('in the first half second of a tone as low as a voice at most', () => {
    for (const [from, to] of [[0], [1], [1, 2]]) {
      const present = voicedSeconds(
        sound(4, (t) => 0.3 * Math.sin(2 * Math.PI * 150 * t), from, to),
        HEARING,
      );
      expect(present.filter((voice, second) => voice && second !== from)).toEqual([]);
    }
  });

  const words = speech();
  const around = Float32Array.from([...new Float32Array(RATE), ...words, ...new Float32Array(2 * RATE)]);
  const spokenIn = (second: number) => second >= 2 && (second + 1) * RATE <= RATE + words.length - RATE / 2;
  it.each([
    ['clean', 60],
    ['20 dB over room noise', 20],
    ['10 dB over room noise', 10],
    ['5 dB over room noise', 5],
  ])('in every second of a sentence that is %s, and not after it', (_, snrDb) => {
    const present = voicedSeconds(addRoom(around, words, snrDb, seeded(1)), HEARING);
    const spoken = present.filter((_, second) => spokenIn(second));
    expect(spoken.length).toBeGreaterThan(1);
    expect(spoken.every(Boolean)).toBe(true);
    expect([present[0], present.at(-1)]).toEqual([false, false]);
  });

  // A memory that went on through the noise of a room grew deaf: of real clips with noise between them it heard a seventh less.
  it.each([
    ['a second of the noise of a room', 0.003, true],
    ['a second of loud noise', 0.1, false],
  ])('what was heard before is forgotten after %s: %s', (_, level, isForgotten) => {
    const noise = whiteNoise(level, 7);
    const remembered: boolean[] = [];
    // The real network, with what it is given to remember by looked at.
    const spied = {
      encode: (inputs: readonly Float32Array[]) => network.encode(inputs),
      remember: (values: readonly Float32Array[], memories: readonly Memory[]) => {
        remembered.push(memories[0]!.hidden.some((value) => value !== 0));
        return network.remember(values, memories);
      },
    } as SileroNetwork;
    const activity = new VoiceActivities(spied).open();
    const second = Math.ceil(RATE / FRAME_SAMPLES);
    for (let frame = 0; frame < 2 * second; frame++) {
      activity.push(Float32Array.from({ length: FRAME_SAMPLES }, () => noise()));
    }
    expect(activity.judged().some(Boolean)).toBe(false);
    expect(remembered.slice(1, second).every(Boolean)).toBe(true);
    expect(remembered[second]).toBe(!isForgotten);
  });
});

describe('laughter', () => {
  const laughs = makeSound('laughter');
  const spectrum = (samples: Float32Array) => logMel(samples);
  const laughsAt = (samples: Float32Array) => {
    const { mel, frames } = spectrum(samples);
    return isLaughter(mel, frames);
  };

  it('is what repeats itself at regular times, whatever its level', () => {
    const laugh = laughs.subarray(0, 2 * RATE);
    expect(laughsAt(laugh)).toBe(true);
    expect(laughsAt(laugh.map((v) => v * 0.05))).toBe(true);
  });

  it.each([0.8, 1.3])('is it at %d times the speed, too', (speed) => {
    const other = Float32Array.from({ length: 2 * RATE }, (_, i) => laughs[Math.floor(i * speed)]!);
    expect(laughsAt(other)).toBe(true);
  });

  it('is not speech, nor silence, nor what is too short to tell', () => {
    const words = speech();
    for (let at = 0; at + 2 * RATE <= words.length; at += RATE / 4) {
      expect(laughsAt(words.subarray(at, at + 2 * RATE))).toBe(false);
    }
    expect(laughsAt(new Float32Array(2 * RATE))).toBe(false);
    expect(isLaughter(new Float32Array(0), 0)).toBe(false);
  });
});
