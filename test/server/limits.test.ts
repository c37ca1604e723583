import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyedLimiter } from '../../src/server/keyed-limiter.js';
import { isLoopbackHost, originAllowed } from '../../src/server/origin.js';
import { TokenBucket } from '../../src/server/token-bucket.js';

describe('TokenBucket', () => {
  test('allows the burst, then the rate', () => {
    let now = 0;
    const bucket = new TokenBucket(3, 2, () => now);
    expect([1, 2, 3, 4].map(() => bucket.take())).toEqual([true, true, true, false]);
    now = 500;
    expect([1, 2].map(() => bucket.take())).toEqual([true, false]);
  });

  test('never lets through more than capacity plus rate times time, nor less than is asked below it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2000 }), { maxLength: 100 }), (gaps) => {
        let now = 0;
        const bucket = new TokenBucket(5, 1, () => now);
        let taken = 0;
        for (const gap of gaps) {
          now += gap;
          if (bucket.take()) taken += 1;
          else expect(taken).toBeGreaterThanOrEqual(5);
        }
        expect(taken).toBeLessThanOrEqual(5 + now / 1000 + 1e-9);
      }),
    );
  });

  test('a clock that steps back gives nothing away', () => {
    let now = 10_000;
    const bucket = new TokenBucket(1, 1, () => now);
    bucket.take();
    now = 0;
    expect(bucket.take()).toBe(false);
  });
});

test('KeyedLimiter limits each key by itself and forgets the longest unused', () => {
  const limiter = new KeyedLimiter({ capacity: 1, perSecond: 1, maxKeys: 2, clock: () => 0 });
  expect([limiter.take('a'), limiter.take('a'), limiter.take('b')]).toEqual([true, false, true]);
  limiter.take('a');
  limiter.take('c');
  expect(limiter.size).toBe(2);
  // "b" was forgotten and begins anew; "a" was not.
  expect([limiter.take('a'), limiter.take('b')]).toEqual([false, true]);
});

describe('originAllowed', () => {
  test.each([
    [undefined, 'host', [], true],
    ['http://host:8080', 'host:8080', [], true],
    ['https://HOST', 'host', [], true],
    ['http://host:8081', 'host:8080', [], false],
    ['https://other', 'host', ['https://other/'], true],
    ['http://other', 'host', ['https://other'], false],
    ['null', 'host', [], false],
    ['http://host', undefined, [], false],
  ] as const)('%s at %s', (origin, host, allowed, expected) => {
    expect(originAllowed(origin, host, allowed)).toBe(expected);
  });
});

test.each([
  ['localhost:8080', true],
  ['127.0.0.1', true],
  ['[::1]:8080', true],
  ['127.0.0.1.evil.example', false],
  ['evil.example', false],
  [undefined, false],
])('isLoopbackHost(%s)', (host, expected) => {
  expect(isLoopbackHost(host)).toBe(expected);
});
