import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ReportSelector } from '../../src/sfu/report-selector.js';
import type { SenderReport } from '../../src/sfu/types.js';

const CLOCK_RATE = 90_000;

/** A stream whose RTP clock showed `offset` at arrival time 0. */
const stream = (ssrc: number, offset: number) => ({
  ssrc,
  timestampAt: (ms: number) => (offset + (ms * CLOCK_RATE) / 1000) >>> 0,
  reportAt(ms: number): SenderReport {
    return { ssrc, ntpMs: 1_700_000_000_000 + ms, rtpTimestamp: this.timestampAt(ms), arrivalMs: ms };
  },
});

function select(simulcast: boolean) {
  const delivered: SenderReport[] = [];
  const selector = new ReportSelector({
    clockRate: CLOCK_RATE,
    simulcast,
    deliver: (report) => delivered.push(report),
  });
  return { selector, delivered };
}

const low = stream(1, 500_000);
const high = stream(2, 2_500_000_000);

describe('ReportSelector', () => {
  test('hands on every report of a single stream, also before the first packet', () => {
    const { selector, delivered } = select(false);
    selector.report(low.reportAt(0));
    expect(delivered.map((report) => report.ssrc)).toEqual([1]);
  });

  test('holds simulcast reports until a packet tells the clock, then hands on the newest of that stream', () => {
    const { selector, delivered } = select(true);
    selector.report(low.reportAt(0));
    selector.report(high.reportAt(0));
    selector.report(low.reportAt(1000));
    expect(delivered).toEqual([]);
    selector.packet(low.timestampAt(1500), 1500);
    expect(delivered).toEqual([low.reportAt(1000)]);
    selector.report(high.reportAt(2000));
    selector.report(low.reportAt(2000));
    expect(delivered).toEqual([low.reportAt(1000), low.reportAt(2000)]);
  });

  test('prefers the layer that is sent where the clocks of several layers agree', () => {
    const twin = stream(3, 500_090);
    const { selector, delivered } = select(true);
    selector.prefer(3);
    selector.packet(low.timestampAt(0), 0);
    selector.report(twin.reportAt(10));
    selector.report(low.reportAt(10));
    selector.report(twin.reportAt(1010));
    expect(delivered.map((report) => report.ssrc)).toEqual([3, 3]);
  });

  test('believes the timestamps when the packets were shifted onto another layer’s clock', () => {
    const { selector, delivered } = select(true);
    selector.prefer(1);
    selector.packet(high.timestampAt(100), 100);
    selector.report(low.reportAt(200));
    selector.report(high.reportAt(200));
    selector.packet(high.timestampAt(300), 300);
    selector.report(low.reportAt(1200));
    selector.report(high.reportAt(1200));
    expect(delivered.map((report) => report.ssrc)).toEqual([2, 2]);
  });

  test('finds the right stream for any random clock offsets, reordering of reports and wrap-around', () => {
    const offset = fc.integer({ min: 0, max: 0xffff_ffff });
    fc.assert(
      fc.property(
        fc.array(offset, { minLength: 2, maxLength: 4 }),
        fc.nat(3),
        fc.boolean(),
        (offsets, pick, reverse) => {
          // Clocks within 20 s of each other cannot be told apart; their chance is 0.04 % and they may agree.
          const apart = (a: number, b: number) => Math.abs((a - b) | 0) > 20 * CLOCK_RATE;
          fc.pre(offsets.every((a, i) => offsets.every((b, j) => i === j || apart(a, b))));
          const streams = offsets.map((start, index) => stream(index + 1, start));
          const tapped = streams[pick % streams.length] as (typeof streams)[number];
          const { selector, delivered } = select(true);
          for (let second = 0; second < 5; second++) {
            selector.packet(tapped.timestampAt(second * 1000), second * 1000);
            for (const source of reverse ? [...streams].reverse() : streams)
              selector.report(source.reportAt(second * 1000));
          }
          expect(delivered.map((report) => report.ssrc)).toEqual(new Array(5).fill(tapped.ssrc));
        },
      ),
    );
  });

  test('remembers a bounded number of streams', () => {
    const { selector, delivered } = select(true);
    for (let ssrc = 1; ssrc <= 100; ssrc++) selector.report(stream(ssrc, ssrc * 40_000_000).reportAt(0));
    selector.packet(stream(50, 50 * 40_000_000).timestampAt(10), 10);
    expect(delivered).toEqual([]);
    selector.packet(stream(3, 3 * 40_000_000).timestampAt(10), 10);
    expect(delivered.map((report) => report.ssrc)).toEqual([3]);
  });
});
