import { describe, expect, it } from 'vitest';
import { type Reading, trendOf } from '../../bench/soak/slope.js';
import { seeded } from '../../bench/support/index.js';

const HOUR_READINGS = 360;

/** An hour of readings. @param value at so many hours */
function hour(value: (hours: number, random: () => number) => number, seed = 1): Reading[] {
  const random = seeded(seed);
  return Array.from({ length: HOUR_READINGS }, (_, index) => {
    const hours = index / HOUR_READINGS;
    return [hours, value(hours, random)] as const;
  });
}

/** Garbage: up and down by a fifth, every few minutes. */
const sawtooth = (hours: number) => 20 * ((hours * 15) % 1);

describe('a trend', () => {
  it('of garbage that comes and goes is flat', () => {
    const trend = trendOf(
      hour((hours, random) => 100 + sawtooth(hours) + random()),
      4,
    );
    expect(trend.verdict).toBe('flat');
    expect(Math.abs(trend.slope)).toBeLessThan(2);
  });

  it('of a leak beneath it grows, by as much as leaks', () => {
    const trend = trendOf(
      hour((hours) => 100 + 30 * hours + sawtooth(hours)),
      4,
    );
    expect(trend.verdict).toBe('grows');
    expect(trend.low).toBeLessThan(30);
    expect(trend.high).toBeGreaterThan(30);
  });

  it('is not moved by readings that are far off', () => {
    const trend = trendOf(
      hour((_, random) => (random() < 0.1 ? 10_000 : 100 + random())),
      1,
    );
    expect(trend.verdict).toBe('flat');
  });

  it('is unclear where it was too short to say', () => {
    const restless = hour((_, random) => 100 + 50 * random()).slice(0, 12);
    expect(trendOf(restless, 4).verdict).toBe('unclear');
  });

  it('that falls is told apart from one that grows', () => {
    expect(
      trendOf(
        hour((hours) => 100 - 30 * hours),
        4,
      ).verdict,
    ).toBe('shrinks');
  });

  it('of something that never changes is flat', () => {
    expect(
      trendOf(
        hour(() => 7),
        0.99,
      ),
    ).toMatchObject({ level: 7, slope: 0, verdict: 'flat' });
  });
});
