import { expect, it } from 'vitest';
import { MEL_BANDS, type VoiceObservation } from '../../src/features/types.js';
import { secondOf } from '../../src/features/voice-second.js';
import { VoiceAhead } from '../../src/files/child/voice-ahead.js';
import type { Timed } from '../../src/streams/types.js';

/** Sound that counts up from 0 at 0 ms on, in blocks of 90 ms: none ends with a second. */
const BLOCK_MS = 90;
function block(mediaTime: number, speechFrames = 9): Timed<VoiceObservation> {
  const samples = Float32Array.from({ length: 16 * BLOCK_MS }, (_, i) => 16 * mediaTime + i);
  const value = { mel: new Float32Array(9 * MEL_BANDS), frames: 9, speechFrames, snrDb: 20, samples };
  return { mediaTime, durationMs: BLOCK_MS, arrivalMs: mediaTime, decodedMs: mediaTime, value };
}
const sound = (seconds: number, speaks: (mediaTime: number) => boolean = () => true): Timed<VoiceObservation>[] =>
  Array.from({ length: Math.ceil((1000 * seconds) / BLOCK_MS) }, (_, i) => {
    return block(i * BLOCK_MS, speaks(i * BLOCK_MS) ? 9 : 0);
  });
const second = (audio: Timed<VoiceObservation>[], startMs: number): Float32Array | null =>
  secondOf({ audio, startMs, endMs: startMs + 1000 });

/** Answers with the first sample of what it is given, and remembers that. */
function encoder() {
  const given: number[] = [];
  const encode = (samples: Float32Array): Promise<Float32Array> => {
    given.push(samples[0]!);
    const answer = Float32Array.of(samples[0]!);
    structuredClone(samples, { transfer: [samples.buffer as ArrayBuffer] });
    return Promise.resolve(answer);
  };
  return { given, encode };
}

it('seconds are encoded as they were heard, and windows get the answers', async () => {
  const audio = sound(4.1);
  const fake = encoder();
  const ahead = new VoiceAhead(fake);
  for (const each of audio) ahead.hear(each);
  expect(fake.given).toEqual([0, 16_000, 32_000, 48_000]);
  for (const startMs of [0, 1000, 2000]) {
    expect(await ahead.encode(second(audio, startMs)!)).toEqual(Float32Array.of(16 * startMs));
  }
  expect(fake.given).toHaveLength(4);
});

it('a second in which nothing is said, or before what is wanted, is not encoded', () => {
  const fake = encoder();
  const ahead = new VoiceAhead(fake, 1000);
  for (const each of sound(5.1, (at) => at < 2000 || at >= 3000)) ahead.hear(each);
  expect(fake.given).toEqual([16_000, 48_000, 64_000]);
});

it('an answer is of the very samples: another second is encoded when it is asked for, and so is the last one', async () => {
  const audio = sound(2.5);
  const fake = encoder();
  const ahead = new VoiceAhead(fake);
  for (const each of audio) ahead.hear(each);
  const other = second(audio, 0)!;
  other[0] = -1;
  expect(await ahead.encode(other)).toEqual(Float32Array.of(-1));
  expect(await ahead.encode(second(audio, 1000)!)).toEqual(Float32Array.of(16_000));
  expect(await ahead.encode(second(audio, 2000)!)).toEqual(Float32Array.of(32_000));
  expect(fake.given).toEqual([0, 16_000, -1, 32_000]);
});

it('a failure is of the window that asks', async () => {
  const failing = { encode: () => Promise.reject(new Error('gone')) };
  const ahead = new VoiceAhead(failing);
  const audio = sound(1.5);
  for (const each of audio) ahead.hear(each);
  await expect(ahead.encode(second(audio, 0)!)).rejects.toThrow('gone');
});
