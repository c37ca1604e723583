import { describe, expect, it } from 'vitest';
import { seeded } from '../../bench/support/index.js';
import { type Judged, travel, type Trip } from './support/clock-world.js';

const LIMIT_MS = 40;
/** A packet that takes longer than this is late. */
const ON_TIME_MS = 40;
/** Windows wait 150 ms; sound is 20 ms long, and a packet of it may be 20 ms late by jitter. */
const HELD_MS = 105;
const SEEDS = [1, 2, 3];
/** Audio reports of browsers come every 5 s, those of video every second; other senders send none. */
const REPORTS = [
  { reports: 'every second', reportEveryMs: 1000 },
  { reports: 'every 5 s', reportEveryMs: 5000 },
  { reports: 'of a browser', reportEveryMs: 1000, extrapolatedReports: true },
  { reports: 'none', reportEveryMs: 0 },
];
type Plan = Omit<Trip, 'seconds' | 'random'> & { seconds?: number };
const EVERY_WAY = (names: [string, Plan][]) =>
  names.flatMap(([name, trip]) => REPORTS.map((way) => ({ ...way, name, trip: { ...trip, ...way } })));

const twoRoads = (random: () => number) => () => random() * 140 - 40;
const pauses = (lengthMs: number, track: 'audio' | 'both') =>
  [6000, 10_000, 14_000].map((from) => ({ from, to: from + lengthMs, track }));

/** Now and then, for up to so long, between two moments. */
function again(random: () => number, everyMs: number, upToMs: number) {
  const spans: { from: number; to: number; track: 'audio' }[] = [];
  for (let at = 4000; at < 14_000;) {
    const from = at + random() * everyMs;
    at = Math.min(from + random() ** 2 * upToMs, 14_000);
    if (from < at) spans.push({ from, to: at, track: 'audio' });
  }
  return spans;
}

function go(trip: Plan, seed: number) {
  const random = seeded(seed * 7919);
  return travel({ seconds: 30, jitterMs: 20, ntpOffsetMs: 5e6, reportSkewMs: twoRoads(random), ...trip, random });
}

const onTime = ({ judged }: { judged: Judged[] }) => judged.filter(({ delay }) => delay <= ON_TIME_MS);
const worst = (judged: Judged[]) => Math.max(...judged.map(({ error }) => Math.abs(error)));

/** What arrives on time has the right time at once, and goes on in time for its window; what is late has its own time. */
function expectTruth(result: ReturnType<typeof travel>) {
  const good = onTime(result);
  expect(good.length).toBeGreaterThan(result.judged.length / 3);
  expect(worst(good)).toBeLessThan(LIMIT_MS);
  expect(
    Math.max(...good.filter(({ track }) => track === 'audio').map((one) => one.handedOn - one.arrival)),
  ).toBeLessThan(HELD_MS);
  for (const { error } of result.judged) expect(Math.abs(error)).toBeLessThan(2 * LIMIT_MS);
}

describe('the media clock on its trips', () => {
  describe('stays as it is when packets are late', () => {
    it.each(
      EVERY_WAY(
        [300, 500, 1000, 2000, 4000, 8000].map((ms) => [
          `${String(ms)} ms`,
          { stalls: [{ from: 6000, to: 6000 + ms }] },
        ]),
      ),
    )('a stall of $name, then a burst; reports $reports', ({ trip }) => {
      for (const seed of SEEDS) {
        const result = go(trip, seed);
        expectTruth(result);
        expect(result.steps).toBe(0);
      }
    });

    it.each(REPORTS)('one stall after the other; reports $reports', (way) => {
      const stalls = [4000, 5000, 6500, 12_000].map((from) => ({ from, to: from + 800 }));
      for (const seed of SEEDS) {
        const result = go({ ...way, stalls }, seed);
        expectTruth(result);
        expect(result.steps).toBe(0);
      }
    });

    it.each(REPORTS)('packets that were lost come again, of successive pictures too; reports $reports', (way) => {
      for (const seed of SEEDS) {
        // As slow as the lowest layer, so that one that is sent again comes after a silence as long as it is late.
        const result = go({ ...way, lossPercent: 15, sentAgainMs: 140, pictureEveryMs: () => 133 }, seed);
        expectTruth(result);
        expect(result.steps).toBe(0);
      }
    });
  });

  describe('follows a capture that paused', () => {
    it.each(
      EVERY_WAY(
        [200, 300, 500, 1000, 2000, 3000].flatMap((ms) =>
          (['audio', 'both'] as const).map((track): [string, Plan] => [
            `${String(ms)} ms of ${track}`,
            { pauses: pauses(ms, track) },
          ]),
        ),
      ),
    )('$name; reports $reports', ({ trip }) => {
      for (const seed of SEEDS) expectTruth(go(trip, seed));
    });
  });

  it.each(REPORTS)('is right again four seconds after a capture was starved; reports $reports', (way) => {
    for (const [everyMs, upToMs] of [
      [1500, 400],
      [300, 1500],
    ] as const) {
      for (const seed of SEEDS) {
        const random = seeded(seed);
        // Of a busy machine both stand still, the capture and what sends.
        const [pauses, stalls] = [again(random, everyMs, upToMs), again(random, everyMs, upToMs)];
        const { judged } = go({ ...way, pauses, stalls }, seed);
        const after = judged.filter(({ at }) => at > 18_500);
        expect(worst(after)).toBeLessThan(150);
        expect(after.length).toBeGreaterThan(600);
      }
    }
  });

  it.each(REPORTS)('follows a machine that slept; reports $reports', (way) => {
    for (const sleepMs of [5000, 60_000, 3_600_000]) {
      const sleeps = [{ from: 8000, to: 8000 + sleepMs }];
      const result = go({ ...way, sleeps, seconds: 40 + sleepMs / 1000 }, 1);
      expect(worst(onTime(result))).toBeLessThan(LIMIT_MS);
    }
  });

  it.each(REPORTS)('follows RTP clocks that are set anew, with a new stream or without; reports $reports', (way) => {
    for (const byMs of [-3_600_000, -500, 150, 500, 3_600_000, 2 ** 31 / 48]) {
      for (const newStream of [true, false]) {
        for (const track of ['audio', 'both'] as const) {
          expectTruth(go({ ...way, restarts: [{ at: 8000, byMs, newStream, track }] }, 1));
        }
      }
    }
  });

  it.each(REPORTS)('follows clocks that drift by 200 ppm; reports $reports', (way) => {
    for (const drift of [200e-6, -200e-6]) {
      const result = go({ ...way, drift, seconds: 300 }, 1);
      expectTruth(result);
      expect(result.steps).toBe(0);
    }
  });

  it.each(REPORTS)(
    'has the right time after nothing was sent, and for pictures at any distance; reports $reports',
    (way) => {
      const random = seeded(4);
      const silences = [
        { from: 4000, to: 4300 },
        { from: 6000, to: 9000 },
        { from: 12_000, to: 12_700 },
      ];
      expectTruth(go({ ...way, silences }, 1));
      const result = go({ ...way, pictureEveryMs: () => 20 + random() * 900 }, 1);
      expectTruth(result);
      expect(result.steps).toBe(0);
    },
  );

  it.each(REPORTS)('follows the server’s own clock after a sleep; reports $reports', (way) => {
    for (const byMs of [2500, 60_000, 3_600_000]) {
      const result = go({ ...way, serverSteps: [{ at: 8000, byMs }] }, 1);
      expect(worst(onTime(result).filter(({ at, arrival }) => arrival < 8000 || at >= 8000))).toBeLessThan(LIMIT_MS);
    }
  });

  it('is not moved when the sender sets its wall clock', () => {
    const ntpSteps = [3_600_000, -7_200_000, 400, -400, 150, -150].map((byMs, i) => ({ at: 4500 + 3000 * i, byMs }));
    for (const seed of SEEDS) expectTruth(go({ ntpSteps }, seed));
  });

  it('is right again with the third report when the first is wrong', () => {
    for (const ms of [-900, -400, -300, 150, 300, 900]) {
      const spoilReport: Trip['spoilReport'] = (report, at) =>
        at < 1000 ? { ...report, rtpTimestamp: (report.rtpTimestamp + ms * 48 + 2 ** 32) % 2 ** 32 } : report;
      const later = onTime(go({ spoilReport }, 1)).filter(({ at }) => at > 2100);
      expect(worst(later)).toBeLessThan(LIMIT_MS);
    }
  });

  it('is not moved by reports that are absent, zero, far away, stuck, or wrong now and then', () => {
    const random = seeded(9);
    const shifted = (ms: number) => (timestamp: number) => (timestamp + Math.round(ms * 48) + 2 ** 32) % 2 ** 32;
    const spoils: Trip['spoilReport'][] = [
      (report) => ({ ...report, ntpMs: 0 }),
      (report) => ({ ...report, rtpTimestamp: shifted(1e6)(report.rtpTimestamp) }),
      (report) => ({ ...report, rtpTimestamp: 1 }),
      (report, at) => (at % 3000 > 2000 ? { ...report, rtpTimestamp: shifted(-700)(report.rtpTimestamp) } : report),
      (report, at) => (at % 3000 > 2000 ? { ...report, rtpTimestamp: shifted(700)(report.rtpTimestamp) } : report),
      (report) => ({ ...report, ntpMs: random() * 4e12 }),
      (report) => ({ ...report, ntpMs: random() < 0.5 ? NaN : Infinity }),
    ];
    for (const spoilReport of spoils) {
      expectTruth(go({ spoilReport: spoilReport! }, 1));
      const result = go({ spoilReport: spoilReport!, stalls: [{ from: 6000, to: 10_000 }] }, 2);
      expect(worst(onTime(result))).toBeLessThan(LIMIT_MS);
    }
  });
});
