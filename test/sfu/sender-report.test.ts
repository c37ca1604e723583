import { expect, test } from 'vitest';
import { ntpToUnixMs, parseSenderReport } from '../../src/sfu/sender-report.js';

test('the Unix epoch lies 70 years after the NTP epoch', () => {
  // 70 years of 365 days and 17 leap days.
  expect(ntpToUnixMs((70 * 365 + 17) * 86_400, 0)).toBe(0);
});

test('the fraction counts in units of 2^-32 s', () => {
  const epoch = (70 * 365 + 17) * 86_400;
  expect(ntpToUnixMs(epoch, 0x4000_0000)).toBe(250);
});

test('NTP era 1 begins on 7 February 2036 at 06:28:16 UTC', () => {
  expect(ntpToUnixMs(0, 0)).toBe(Date.UTC(2036, 1, 7, 6, 28, 16));
  expect(ntpToUnixMs(0xffff_ffff, 0)).toBe(Date.UTC(2036, 1, 7, 6, 28, 15));
});

test('a trace that lacks a field is no report', () => {
  expect(parseSenderReport({ ssrc: 1, ntpSec: 2, ntpFrac: 3 }, 0)).toBeUndefined();
  expect(parseSenderReport({ ssrc: 1, ntpSec: 2, ntpFrac: 3, rtpTs: 4 }, 5)).toMatchObject({ ssrc: 1, arrivalMs: 5 });
});
