import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seeded } from '../../bench/support/index.js';
import { MediaClock } from '../../src/media/media-clock.js';
import type { TrackClock } from '../../src/media/track-clock.js';
import { CountingMeter } from './support/counting-meter.js';

const EPOCH = Date.UTC(2026, 0, 1);

/** A sender with one wall clock and a track whose RTP clock is its own. Times are ms since the start. */
class Sender {
  readonly #clockRate: number;
  readonly #offset: number;
  ntpOffsetMs: number;
  /** Sender milliseconds per server millisecond. */
  readonly drift: number;

  constructor(clockRate: number, options: { offset?: number; ntpOffsetMs?: number; drift?: number } = {}) {
    this.#clockRate = clockRate;
    this.#offset = options.offset ?? 0;
    this.ntpOffsetMs = options.ntpOffsetMs ?? 0;
    this.drift = options.drift ?? 1;
  }

  rtp(at: number): number {
    return (this.#offset + Math.round((at * this.drift * this.#clockRate) / 1000)) % 2 ** 32;
  }

  report(at: number, delay: number) {
    const ntpMs = EPOCH + at * this.drift + this.ntpOffsetMs;
    return { ssrc: 1, ntpMs, rtpTimestamp: this.rtp(at), arrivalMs: EPOCH + at + delay };
  }
}

function setUp() {
  const meter = new CountingMeter();
  const clock = new MediaClock(meter);
  const steps = () => meter.of('emostream_media_clock_steps_total');
  const refused = (reason: string) => meter.of('emostream_dropped_total', 'media-clock', reason);
  return { clock, steps, refused };
}

/** Packets every 20 ms, reports every second, in [from, to); returns the error of each packet's media time, ms. */
function drive(
  track: TrackClock,
  sender: Sender,
  span: { from: number; to: number; delay?: () => number; reports?: boolean; periodMs?: number },
): number[] {
  const errors: number[] = [];
  const delay = span.delay ?? (() => 0);
  for (let at = span.from; at < span.to; at += span.periodMs ?? 20) {
    if (span.reports !== false && at % 1000 === 0) track.report(sender.report(at, delay()));
    const arrival = EPOCH + at + delay();
    track.packet(sender.rtp(at), arrival);
    errors.push(track.mediaTime(sender.rtp(at), arrival) - (EPOCH + at));
  }
  return errors;
}

const worst = (errors: number[]) => Math.max(...errors.map(Math.abs));

describe('MediaClock', () => {
  it('gives arrival time before any report', () => {
    const { clock } = setUp();
    const errors = drive(clock.track(48_000), new Sender(48_000, { offset: 123_456 }), {
      from: 0,
      to: 2000,
      reports: false,
    });
    expect(worst(errors)).toBeLessThan(0.1);
  });

  it('finds the sender’s time under any offset of the clocks, jitter and wrap', () => {
    const sane = { min: -1e12, max: 1e12, noNaN: true };
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.double(sane),
        fc.integer(),
        fc.integer({ min: 0, max: 60 }),
        (offset, ntpOffsetMs, seed, jitter) => {
          fc.pre(EPOCH + ntpOffsetMs > 0);
          const { clock, steps } = setUp();
          const random = seeded(seed);
          const delay = () => random() * jitter;
          const sender = new Sender(90_000, { offset, ntpOffsetMs });
          const errors = drive(clock.track(90_000), sender, { from: 0, to: 10_000, delay });
          // The very first packet knows nothing better than its own arrival.
          expect(worst(errors)).toBeLessThanOrEqual(jitter + 0.1);
          expect(worst(errors.slice(-100))).toBeLessThan(jitter / 4 + 0.1);
          expect(steps()).toBe(0);
        },
      ),
    );
  });

  it('keeps picture and sound of one participant together', () => {
    const { clock } = setUp();
    const random = seeded(5);
    const delay = () => random() * 50;
    const tracks = [90_000, 48_000].map((rate, i) => {
      const sender = new Sender(rate, { offset: i * 2e9, ntpOffsetMs: 5e6 });
      return { sender, track: clock.track(rate) };
    });
    for (let second = 0; second < 10; second++) {
      const [picture, sound] = tracks.map(({ track, sender }) =>
        drive(track, sender, { from: second * 1000, to: second * 1000 + 1000, delay }),
      );
      const apart = picture!.map((error, i) => Math.abs(error - sound![i]!));
      if (second >= 2) expect(Math.max(...apart)).toBeLessThan(5);
    }
  });

  it('has the right time at once when the way turns out to be shorter', () => {
    const { clock, steps } = setUp();
    const sender = new Sender(48_000);
    const track = clock.track(48_000);
    drive(track, sender, { from: 0, to: 5000, delay: () => 300, reports: false });
    const errors = drive(track, sender, { from: 5000, to: 20_000, reports: false });
    // Nothing arrives before it was captured; one packet that seems to may have a wrong timestamp, two have not.
    expect(worst(errors.slice(1))).toBeLessThan(1);
    expect(steps()).toBe(1);
  });

  it('slews small errors', () => {
    const { clock, steps } = setUp();
    const sender = new Sender(48_000);
    const track = clock.track(48_000);
    drive(track, sender, { from: 0, to: 5000, delay: () => 35, reports: false });
    const errors = drive(track, sender, { from: 5000, to: 20_000, reports: false });
    for (const [i, error] of errors.entries()) {
      if (i > 0) expect(Math.abs(error - errors[i - 1]!)).toBeLessThanOrEqual(0.05 * 20 + 1e-3);
    }
    expect(worst(errors.slice(-100))).toBeLessThan(1);
    expect(steps()).toBe(0);
  });

  it('steps once over a large first correction, and counts it', () => {
    const { clock, steps } = setUp();
    const sender = new Sender(48_000);
    const track = clock.track(48_000);
    // Everything is 3 s late at first (a queue somewhere), and no report comes.
    drive(track, sender, { from: 0, to: 1000, delay: () => 3000, reports: false });
    expect(steps()).toBe(0);
    const errors = drive(track, sender, { from: 1000, to: 2000 });
    expect(steps()).toBe(1);
    expect(worst(errors)).toBeLessThan(1);
  });

  it('follows a drifting clock', () => {
    const { clock, steps } = setUp();
    const sender = new Sender(48_000, { drift: 1.0002 });
    const errors = drive(clock.track(48_000), sender, { from: 0, to: 600_000, periodMs: 100 });
    // 200 ppm is 6 ms over the half minute of the delay filter.
    expect(worst(errors)).toBeLessThan(10);
    expect(steps()).toBe(0);
  });

  it('is not moved when the sender sets its wall clock', () => {
    const { clock, steps } = setUp();
    const video = new Sender(90_000);
    const audio = new Sender(48_000, { offset: 77 });
    const tracks = { video: clock.track(90_000), audio: clock.track(48_000) };
    const both = (from: number, to: number) => [
      ...drive(tracks.video, video, { from, to }),
      ...drive(tracks.audio, audio, { from, to }),
    ];
    both(0, 5000);
    for (const step of [3_600_000, -7_200_000, 1500]) {
      video.ntpOffsetMs += step;
      audio.ntpOffsetMs += step;
      expect(worst(both(5000, 10_000))).toBeLessThan(1);
    }
    // A track that begins after the step has the same time.
    const late = new Sender(90_000, { offset: 999, ntpOffsetMs: video.ntpOffsetMs });
    expect(worst(drive(clock.track(90_000), late, { from: 10_000, to: 12_000 }))).toBeLessThan(1);
    expect(steps()).toBe(0);
  });

  it('does not let a track with a foreign wall clock move the others', () => {
    const { clock } = setUp();
    const track = clock.track(48_000);
    const sender = new Sender(48_000);
    drive(track, sender, { from: 0, to: 3000 });
    const foreign = new Sender(90_000, { ntpOffsetMs: -9e9 });
    expect(worst(drive(clock.track(90_000), foreign, { from: 3000, to: 6000 }))).toBeLessThan(1);
    expect(worst(drive(track, sender, { from: 3000, to: 6000 }))).toBeLessThan(1);
  });

  it('refuses absurd reports, and counts them', () => {
    const { clock, refused } = setUp();
    const sender = new Sender(90_000);
    const track = clock.track(90_000);
    drive(track, sender, { from: 0, to: 3000 });
    const good = sender.report(3000, 0);
    track.report({ ...good, ntpMs: 0 });
    track.report({ ...good, ntpMs: NaN });
    // Another layer's RTP clock; NTP and RTP are both elsewhere.
    track.report({ ...good, rtpTimestamp: (good.rtpTimestamp + 1e9) % 2 ** 32, ntpMs: good.ntpMs + 60_000 });
    expect(refused('absurd-report')).toBe(2);
    expect(refused('report-without-clock')).toBe(1);
    track.report(sender.report(1000, 2000));
    expect(refused('stale-report')).toBe(1);
    expect(worst(drive(track, sender, { from: 3000, to: 5000 }))).toBeLessThan(1);
  });

  it('goes by arrival while the reports are of another RTP clock', () => {
    const { clock, refused } = setUp();
    const sender = new Sender(90_000);
    const other = new Sender(90_000, { offset: 1e9 });
    const track = clock.track(90_000);
    for (let second = 0; second < 8; second++) {
      track.report(other.report(second * 1000 + 500, 0));
      const span = { from: second * 1000, to: second * 1000 + 1000, reports: false };
      const errors = drive(track, sender, span);
      // The first report came before any packet could contradict it.
      if (second > 1) expect(worst(errors)).toBeLessThan(1);
    }
    expect(refused('absurd-report')).toBeGreaterThan(4);
  });

  it('finds its feet when the RTP clock stood still while muted', () => {
    const { clock } = setUp();
    const track = clock.track(48_000);
    drive(track, new Sender(48_000), { from: 0, to: 5000 });
    // 60 s later the timestamps go on where they had stopped.
    const resumed = new Sender(48_000, { offset: 2 ** 32 - 60 * 48_000 });
    const errors = drive(track, resumed, { from: 65_000, to: 70_000 });
    expect(worst(errors.slice(30))).toBeLessThan(1);
  });

  it('is not moved by a single wrong timestamp', () => {
    const { clock, steps } = setUp();
    const sender = new Sender(48_000);
    const track = clock.track(48_000);
    drive(track, sender, { from: 0, to: 3000 });
    track.packet((sender.rtp(3000) + 48_000_000) % 2 ** 32, EPOCH + 3000);
    track.packet((sender.rtp(3000) + 2 ** 31 - 5) % 2 ** 32, EPOCH + 3000);
    expect(worst(drive(track, sender, { from: 3000, to: 6000 }))).toBeLessThan(1);
    expect(steps()).toBe(0);
  });
});
