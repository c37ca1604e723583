import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentMeter } from '../../src/common/metrics.js';
import { FaceFinder } from '../../src/features/face-finder.js';
import { logMel, observeFace } from '../../src/features/observe.js';
import type { Received, VideoFrame } from '../../src/media/index.js';
import type { HeardSound } from '../../src/speech/index.js';
import { marbles } from '../support/marbles.js';
import { yuvOf } from '../support/yuv.js';
import { spoken } from './support/hear.js';
import { astronaut, scaled } from './support/pictures.js';
import { chunks, sound } from './support/sounds.js';

let finder: FaceFinder;
beforeAll(async () => {
  finder = await FaceFinder.create();
});
afterAll(() => finder.dispose());

const portrait = scaled(astronaut(), 256, 256);
const picture = (mediaTime: number): Received<VideoFrame> => ({
  type: 'item',
  item: { mediaTime, arrivalMs: mediaTime, decodedMs: mediaTime, ...yuvOf(portrait) },
});
const seen = (mediaTime: number) =>
  expect.objectContaining({
    type: 'item',
    item: expect.objectContaining({
      ...{ mediaTime, durationMs: 0 },
      value: expect.objectContaining({ faces: 1, crop: expect.any(Uint8Array) as unknown }) as unknown,
    }) as unknown,
  }) as never;

it('observeFace: one observation for each picture, at once and in order; progress goes by; ends as its source does', () => {
  marbles(({ cold, expectObservable }) => {
    const progress: Received<VideoFrame> = { type: 'progress', mediaTime: 1100, arrivalMs: 1100 };
    const input = { a: picture(1000), p: progress, b: picture(1200) };
    const output = { a: seen(1000), p: progress as never, b: seen(1200) };
    expectObservable(cold('a-p-b|', input).pipe(observeFace(finder, silentMeter))).toBe('a-p-b|', output);
    expectObservable(cold('a-#', input).pipe(observeFace(finder, silentMeter))).toBe('a-#', output);
  });
});

it('observeFace: what it throws goes down the stream', () => {
  marbles(({ cold, expectObservable }) => {
    const broken = { type: 'item' } as Received<VideoFrame>;
    const observed$ = cold('a-b-a', { a: picture(1000), b: broken }).pipe(observeFace(finder, silentMeter));
    expectObservable(observed$).toBe('a-#', { a: seen(1000) }, expect.any(TypeError));
  });
});

it('logMel: blocks as frames are complete, at the time of their first sample; each start is afresh', () => {
  // Frames of 25 ms every 10: the first three of 5 × 10 ms of sound, 160 samples each, end at 30, 40 and 50 ms.
  const pieces = spoken(chunks(sound(1, () => 0.1).slice(0, 800), 1000, [160]));
  const input = Object.fromEntries(pieces.map((chunk, i) => ['abcde'[i]!, chunk])) as Record<string, HeardSound>;
  const block = (mediaTime: number) =>
    expect.objectContaining({
      mediaTime,
      durationMs: 10,
      value: expect.objectContaining({ frames: 1 }) as unknown,
    }) as never;
  const output = { x: block(1000), y: block(1010), z: block(1020) };
  marbles(({ cold, expectObservable }) => {
    const mel$ = cold('abcde|', input).pipe(logMel(silentMeter));
    expectObservable(mel$).toBe('--xyz|', output);
    expectObservable(mel$, '---------^').toBe('-----------xyz|', output);
    expectObservable(cold('abc#', input).pipe(logMel(silentMeter))).toBe('--x#', output);
  });
});
