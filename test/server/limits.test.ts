import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { EmostreamError } from '../../src/common/errors.js';
import type { Meter } from '../../src/common/metrics.js';
import { addressKey, clientAddress } from '../../src/server/client-address.js';
import { isLoopbackHost, originAllowed } from '../../src/server/origin.js';
import { RateLimit } from '../../src/server/rate-limit.js';
import { TokenBucket } from '../../src/common/token-bucket.js';
import { RecordingMeter } from '../sfu/support/recording-meter.js';

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

describe('RateLimit', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const limit = (meter: Meter, maxKeys = 10) =>
    new RateLimit({ what: 'token', thing: 'tokens asked for', points: 3, seconds: 10, meter, maxKeys });
  const taken = (rate: RateLimit, key: string, points?: number) =>
    rate.take(key, points).then(
      () => 'taken',
      (error: EmostreamError) => error.code,
    );

  test('gives each key its share, counts what it refuses, and says how long to wait', async () => {
    const meter = new RecordingMeter();
    const rate = limit(meter);
    expect([await taken(rate, 'a', 2), await taken(rate, 'a', 1), await taken(rate, 'b')]).toEqual(
      Array(3).fill('taken'),
    );
    await vi.advanceTimersByTimeAsync(4000);
    await expect(rate.take('a')).rejects.toThrow('too many tokens asked for: try again in 6 s');
    expect(meter.value('emostream_refused_total', { what: 'token' })).toBe(1);
    await vi.advanceTimersByTimeAsync(6000);
    expect(await taken(rate, 'a', 3)).toBe('taken');
  });

  test('who asks for more than is left has spent nothing by it', async () => {
    const rate = limit(new RecordingMeter());
    await rate.take('a');
    expect([await taken(rate, 'a', 3), await taken(rate, 'a', 2)]).toEqual(['RATE_LIMITED', 'taken']);
  });

  test('remembers so many keys at most: the one that began first begins anew', async () => {
    const rate = limit(new RecordingMeter(), 2);
    await rate.take('a', 3);
    await rate.take('b', 3);
    await rate.take('c', 3);
    expect(rate.size).toBe(2);
    expect([await taken(rate, 'b'), await taken(rate, 'c'), await taken(rate, 'a')]).toEqual([
      'RATE_LIMITED',
      'RATE_LIMITED',
      'taken',
    ]);
    expect(rate.size).toBe(2);
  });

  test('forgets keys whose time is over', async () => {
    const rate = limit(new RecordingMeter(), 1000);
    for (let n = 0; n < 500; n++) await rate.take(`key ${n}`);
    await vi.advanceTimersByTimeAsync(11_000);
    await rate.take('another');
    expect(rate.size).toBe(1);
  });
});

describe('addresses', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:c000:207', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:db8::1:0:0:1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    [undefined, ''],
  ])('%s counts as %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });

  const request = (remoteAddress: string, forwarded?: string) =>
    ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage;
  const trusted = new Set(['127.0.0.1', '2001:db8::5']);

  test.each([
    ['a stranger is who they are, whatever they write', '203.0.113.1', '198.51.100.1', '203.0.113.1'],
    ['behind a proxy, whom it names', '::ffff:127.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['what the client wrote before that does not count', '127.0.0.1', '192.0.2.9, 198.51.100.1', '198.51.100.1'],
    ['a chain of proxies', '127.0.0.1', '192.0.2.9, 198.51.100.1, 2001:db8::5', '198.51.100.1'],
    ['a neighbour of a trusted IPv6 proxy is not trusted', '2001:db8::6', '198.51.100.1', '2001:db8:0:0::/64'],
    ['with ports', '127.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
    ['IPv6 with a port', '127.0.0.1', '[2001:db8:9::1]:4711', '2001:db8:9:0::/64'],
    ['nothing usable: the proxy itself', '127.0.0.1', 'unknown', '127.0.0.1'],
    ['an unusable entry hides what is left of it', '127.0.0.1', '192.0.2.9, ?', '127.0.0.1'],
    ['no header', '127.0.0.1', undefined, '127.0.0.1'],
  ])('%s', (_name, remote, forwarded, address) => {
    expect(clientAddress(request(remote, forwarded), trusted)).toBe(address);
  });
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
    ['https://calls.example', 'calls.example:443', [], true],
    ['http://calls.example', 'calls.example:80', [], true],
    ['https://calls.example', 'calls.example:80', [], false],
    ['https://calls.example:8443', 'calls.example', [], false],
    ['https://calls.example', '127.0.0.1:8181', ['https://calls.example:443'], true],
    ['https://calls.example:443', '127.0.0.1', ['https://CALLS.example'], true],
    ['https://calls.example/path', 'calls.example', [], false],
    ['file://', 'calls.example', [], false],
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
