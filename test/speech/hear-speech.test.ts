import { afterEach, describe, expect, it } from 'vitest';
import { windowStart } from '../../src/common/window-start.js';
import { silentMeter } from '../../src/common/metrics.js';
import type { AudioChunk } from '../../src/media/types.js';
import {
  FRAME_SAMPLES,
  type HeardSound,
  hearSpeech,
  SileroActivity,
  SileroPool,
  sileroFile,
  SpeechHearer,
} from '../../src/speech/index.js';
import { hear, hearer } from '../features/support/hear.js';
import { chunks, RATE, sound, speech, whiteNoise } from '../features/support/sounds.js';
import { marbles } from '../support/marbles.js';

const FRAME_MS = FRAME_SAMPLES / 16;
const words = speech();
/** In the fixture somebody speaks from 0.5 s until 0.5 s before its end. */
const spokenMs = (words.length / RATE) * 1000 - 1000;
const speechMs = (heard: readonly HeardSound[]) => FRAME_MS * heard.filter(({ speech }) => speech).length;
const noisy = (deviation: number) => {
  const noise = whiteNoise(deviation, 5);
  return words.map((v) => v + noise());
};

describe('sound that is heard', () => {
  it.each([[[320]], [[512]], [[5000]], [[1, 500, 37, 320]]])(
    'is all there, in frames at their media time, cut %j',
    (sizes) => {
      const heard = hear(chunks(words, 70_000, sizes));
      heard.forEach(({ mediaTime, samples }, i) => {
        expect(mediaTime).toBeCloseTo(70_000 + FRAME_MS * i, 6);
        expect(samples).toEqual(words.subarray(i * FRAME_SAMPLES, (i + 1) * FRAME_SAMPLES));
      });
      expect(heard).toHaveLength(Math.floor(words.length / FRAME_SAMPLES));
      // However it was cut, the same is heard in it.
      expect(heard.map(({ speech }) => speech)).toEqual(
        hear(chunks(words, 0, [FRAME_SAMPLES])).map(({ speech }) => speech),
      );
    },
  );

  it('comes with the arrival and decoding times of the chunk that completed a frame', () => {
    const listening = hearer();
    for (const chunk of chunks(words, 0)) {
      for (const heard of listening.hear(chunk)) {
        expect([heard.arrivalMs, heard.decodedMs]).toEqual([chunk.arrivalMs, chunk.decodedMs]);
      }
    }
  });

  it('loses nothing at a gap, spans none, and is judged afresh behind it', () => {
    const piece = words.subarray(RATE, RATE + 800);
    const heard = hear([...chunks(piece, 1000), ...chunks(piece, 3000)]);
    expect(heard.map(({ mediaTime, samples }) => [mediaTime, samples.length])).toEqual([
      [1000, 512],
      [1032, 288],
      [3000, 512],
    ]);
    expect(heard[1]!.samples).toEqual(piece.subarray(512));
    // As if nothing had been before.
    expect(heard[2]!.speech).toBe(hear(chunks(piece, 0))[0]!.speech);
    const slewed = chunks(piece, 1000).map((chunk, i) => ({ ...chunk, mediaTime: chunk.mediaTime + 5 * i }));
    expect(hear(slewed)).toHaveLength(1);
  });

  it('is a stream: each start is afresh, and the end gives back what it used', () => {
    const pool = new SileroPool(sileroFile());
    // The first is at the edge of a window; the others wait for each other, for time to pass, or for the end.
    const [a, b, c] = chunks(words.subarray(RATE, RATE + 3 * FRAME_SAMPLES), 1010, [FRAME_SAMPLES]);
    const heard = (at: number) => expect.objectContaining({ mediaTime: at }) as HeardSound;
    const told = { a: heard(1010), b: heard(1042), c: heard(1074) };
    marbles(({ cold, hot, expectObservable, flush }) => {
      const sound$ = cold<AudioChunk>('a-b---c|', { a: a!, b: b!, c: c! });
      const tick$ = hot('---n-l----', { n: b!.decodedMs + 59, l: b!.decodedMs + 60 });
      const heard$ = sound$.pipe(hearSpeech(() => pool.open(), silentMeter, 0, tick$));
      expectObservable(heard$).toBe('a----b-(c|)', told);
      expectObservable(heard$, '-----------^-!').toBe('-----------a', told);
      flush();
    });
    expect(pool.idle).toBe(1);
  });

  it('is heard the same when frames are judged together, and at the end of each window at once', () => {
    for (const phaseMs of [0, 125]) {
      const listening = new SpeechHearer(new SileroActivity(sileroFile()), silentMeter, { frames: 4, phaseMs });
      const heard: HeardSound[] = [];
      for (const chunk of chunks(words, 40)) {
        heard.push(...listening.hear(chunk));
        const end = chunk.mediaTime + chunk.samples.length / (RATE / 1000);
        const judged = heard.at(-1) ? heard.at(-1)!.mediaTime + FRAME_MS : 40;
        // Never more than four frames and what is not one yet; of a window that is over less than a frame.
        expect(end - judged).toBeLessThan(4 * FRAME_MS + FRAME_MS);
        const over = windowStart(end, phaseMs);
        if (over > 40) expect(over - judged).toBeLessThan(FRAME_MS);
        // Log-mel frames of 25 ms each 10 ms stand for what is 15 ms before their end.
        if (over > 40 && end - over >= 15 + FRAME_MS) expect(judged).toBeGreaterThanOrEqual(over + 15);
      }
      expect([...heard, ...listening.end()]).toEqual(hear(chunks(words, 40)).concat(expect.anything() as HeardSound));
      listening.close();
    }
  });
});

describe('voice activity', () => {
  it('is of a sentence from its first syllable to its last', () => {
    const heard = hear(chunks(words, 0));
    const first = heard.find(({ speech }) => speech)!.mediaTime;
    const last = heard.findLast(({ speech }) => speech)!.mediaTime + FRAME_MS;
    expect(Math.abs(first - 500)).toBeLessThan(150);
    expect(Math.abs(last - 500 - spokenMs)).toBeLessThan(150);
    expect(speechMs(heard) / spokenMs).toBeGreaterThan(0.85);
  });

  it.each([
    ['quiet (40 dB down)', words.map((v) => v * 0.01)],
    ['with noise 30 dB under it', noisy(0.001)],
    ['with noise 10 dB under it', noisy(0.01)],
  ])('is heard when speech is %s', (_, samples) => {
    const share = speechMs(hear(chunks(samples, 0))) / spokenMs;
    expect(share).toBeGreaterThan(0.7);
    expect(share).toBeLessThan(1.1);
  });

  it('survives samples that are no numbers', () => {
    const broken = Float32Array.from([...sound(0.5, () => NaN), ...words]);
    expect(speechMs(hear(chunks(broken, 0))) / spokenMs).toBeGreaterThan(0.85);
  });

  it('says what to do where its model is missing, and does not end the process', () => {
    expect(() => new SileroActivity('/nowhere.onnx')).toThrow(/\/nowhere\.onnx.*npx emostream speech install/);
  });
});

describe('a pool of models', () => {
  let pool: SileroPool;
  const frames = (samples: Float32Array) => chunks(samples, 0, [FRAME_SAMPLES]).map((chunk) => chunk.samples);
  afterEach(() => expect(pool.idle).toBeGreaterThan(0));

  it('lends one to a sound as soon as it can be heard, and takes it back after a second of silence', () => {
    pool = new SileroPool(sileroFile());
    const activity = pool.open();
    const noise = whiteNoise(1e-4, 3);
    for (const frame of frames(sound(2, noise))) expect(activity.hears(frame)).toBe(false);
    expect(pool.idle).toBe(1);
    const states = frames(words.subarray(0, 2 * RATE)).map((frame) => activity.hears(frame));
    expect(states.filter(Boolean).length).toBeGreaterThan(30);
    expect(pool.idle).toBe(0);
    for (const frame of frames(sound(0.9, noise))) activity.hears(frame);
    expect(pool.idle).toBe(0);
    for (const frame of frames(sound(0.3, noise))) activity.hears(frame);
    expect(pool.idle).toBe(1);
  });

  it('takes it back at a gap, which silence is that is not sent', () => {
    pool = new SileroPool(sileroFile());
    const listening = new SpeechHearer(pool.open());
    const said = words.subarray(RATE, 2 * RATE);
    const heard = (mediaTime: number) => chunks(said, mediaTime).flatMap((chunk) => listening.hear(chunk));
    const first = heard(0).map(({ speech }) => speech);
    expect(pool.idle).toBe(0);
    listening.hear(chunks(new Float32Array(320), 5000)[0]!);
    expect(pool.idle).toBe(1);
    // With nothing of what was said before.
    const [, ...again] = heard(9000).map(({ speech }) => speech);
    expect(again).toEqual(first);
    listening.close();
  });

  it('loads no two in a row: who speaks meanwhile is heard a little later', () => {
    let now = 0;
    pool = new SileroPool(sileroFile(), { restMs: 200, clock: () => now });
    const speaking = frames(words).slice(30, 60);
    const sounds = [pool.open(), pool.open(), pool.open()];
    const heard = sounds.map(() => 0);
    for (const frame of speaking) {
      sounds.forEach((activity, i) => (heard[i]! += Number(activity.hears(frame))));
      now += FRAME_MS;
    }
    // One waits in the pool from the start; of the others one is loaded 200 ms after it, the last 200 ms after that.
    expect(heard[0]).toBeGreaterThan(heard[1]!);
    expect(heard[1]).toBeGreaterThan(heard[2]!);
    expect(heard[2]).toBeGreaterThan(5);
    for (const activity of sounds) activity.close();
    expect(pool.idle).toBe(3);
  });

  it('lends each sound its own, with nothing of another’s in it', () => {
    pool = new SileroPool(sileroFile());
    const alone = frames(words).map(
      (
        (activity) => (frame: Float32Array) =>
          activity.hears(frame)
      )(pool.open()),
    );
    const [one, other] = [pool.open(), pool.open()];
    const together = frames(words).map((frame) => [one.hears(frame), other.hears(frame)]);
    expect(together).toEqual(alone.map((speech) => [speech, speech]));
    one.close();
    other.close();
    const again = pool.open();
    expect(frames(words).map((frame) => again.hears(frame))).toEqual(alone);
    again.close();
  });
});
