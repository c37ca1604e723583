import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { captionTimes, MAX_CAPTION_AGE_MS } from '../../src/server/captions.js';

describe('captionTimes', () => {
  test('counts back from the arrival by the client’s own clock', () => {
    expect(captionTimes({ startMs: 1000, endMs: 3000, sentMs: 3500 }, 90_000)).toEqual({
      startMs: 87_500,
      endMs: 89_500,
    });
  });

  test('a clock that is hours wrong changes nothing', () => {
    const words = { startMs: 1000, endMs: 3000, sentMs: 3500 };
    const wrong = Object.fromEntries(Object.entries(words).map(([key, ms]) => [key, ms + 7_200_000]));
    expect(captionTimes(wrong as typeof words, 90_000)).toEqual(captionTimes(words, 90_000));
  });

  test.each([
    ['start after end', { startMs: 3001, endMs: 3000, sentMs: 3500 }, 'startMs'],
    ['end in the future', { startMs: 1000, endMs: 4501, sentMs: 3500 }, 'endMs'],
    ['end too long ago', { startMs: 0, endMs: 1, sentMs: 2 + MAX_CAPTION_AGE_MS }, 'endMs'],
  ])('%s is refused', (_name, words, field) => {
    expect(() => captionTimes(words, 1e6)).toThrow(
      expect.objectContaining({ code: 'BAD_MESSAGE', message: expect.stringContaining(field) as string }),
    );
  });

  test('what is accepted lies within the last minute, start before end', () => {
    const ms = fc.double({ min: -1e15, max: 1e15, noNaN: true });
    fc.assert(
      fc.property(ms, ms, ms, (startMs, endMs, sentMs) => {
        let mapped;
        try {
          mapped = captionTimes({ startMs, endMs, sentMs }, 1e12);
        } catch {
          return;
        }
        expect(mapped.startMs).toBeLessThanOrEqual(mapped.endMs);
        expect(mapped.endMs).toBeLessThanOrEqual(1e12);
        expect(mapped.startMs).toBeGreaterThanOrEqual(1e12 - MAX_CAPTION_AGE_MS);
      }),
    );
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), fc.nat(50_000), (length, delay, sentMs) => {
        const endMs = sentMs - delay;
        const mapped = captionTimes({ startMs: endMs - length, endMs, sentMs }, 1e6);
        expect(mapped).toEqual({ startMs: 1e6 - delay - length, endMs: 1e6 - delay });
      }),
    );
  });
});
