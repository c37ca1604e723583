import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { callAt } from '../../src/common/call-at.js';
import { FollowingClock } from '../../src/common/following-clock.js';
import { WindowAligner } from '../../src/streams/index.js';
import { CountingMeter } from '../media/support/counting-meter.js';

const EPOCH = Date.UTC(2026, 0, 1);

/** A machine whose wall clock can be set and which can sleep; its processes' clocks are read one after the other. */
class Machine {
  #trueMs = 0;
  #sleptMs = 0;
  #setMs = 0;

  readonly sources = {
    wallMs: () => Math.floor(EPOCH + this.#trueMs + this.#setMs),
    monotonicMs: () => this.#trueMs - this.#sleptMs,
  };

  get wallMs(): number {
    return EPOCH + this.#trueMs + this.#setMs;
  }

  pass(ms: number): void {
    this.#trueMs += ms;
  }

  sleep(ms: number): void {
    this.#trueMs += ms;
    this.#sleptMs += ms;
  }

  set(byMs: number): void {
    this.#setMs += byMs;
  }
}

const passes = (max: number) => fc.double({ min: 0.01, max, noNaN: true });
const step = fc.oneof(
  { weight: 20, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: passes(500) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sleep' as const), ms: passes(1e7) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('set' as const), ms: fc.double({ min: -1e5, max: 1e5, noNaN: true }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('set' as const), ms: fc.double({ min: -50, max: 50, noNaN: true }) }),
  },
);

describe('FollowingClock', () => {
  it('never goes back, is never further behind the system’s clock than it makes good slowly, and agrees between processes', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 400 }), fc.nat(399), (steps, place) => {
        const machine = new Machine();
        const first = new FollowingClock(machine.sources);
        const others = [new FollowingClock(machine.sources)];
        let last = first.now();
        for (const [i, { kind, ms }] of steps.entries()) {
          machine[kind](ms);
          const now = first.now();
          expect(now).toBeGreaterThanOrEqual(last);
          expect(machine.wallMs - now).toBeLessThanOrEqual(2001);
          last = now;
          if (i === place % steps.length) {
            const late = new FollowingClock(machine.sources);
            late.adopt(first.aheadMs);
            others.push(late);
          }
          for (const other of others) expect(Math.abs(other.now() - now)).toBeLessThan(3);
        }
      }),
    );
  });

  it('is the system’s clock while nobody sets that', () => {
    const machine = new Machine();
    const clock = new FollowingClock(machine.sources);
    for (let i = 0; i < 100_000; i++) {
      machine.pass(7.3);
      expect(Math.abs(clock.now() - machine.wallMs)).toBeLessThanOrEqual(1);
    }
  });

  it.each([150, -150, -5000])('comes to agree with the system’s clock after it was set by %d ms, slowly', (byMs) => {
    const machine = new Machine();
    const clock = new FollowingClock(machine.sources);
    machine.set(byMs);
    let last = clock.now();
    for (let passed = 0; passed < 400_000; passed += 20) {
      machine.pass(20);
      const now = clock.now();
      expect(now - last).toBeGreaterThan(20 * 0.97);
      expect(now - last).toBeLessThan(20 * 1.001);
      last = now;
    }
    expect(Math.abs(clock.now() - machine.wallMs)).toBeLessThanOrEqual(1.1);
  });

  it.each(['sleep', 'set'] as const)('is there at once after a %s of an hour', (kind) => {
    const machine = new Machine();
    const clock = new FollowingClock(machine.sources);
    machine[kind](3_600_000);
    expect(Math.abs(clock.now() - machine.wallMs)).toBeLessThanOrEqual(1);
  });

  it('makes of a sleep one gap in the windows, and no window twice', () => {
    const machine = new Machine();
    const clock = new FollowingClock(machine.sources);
    const aligner = new WindowAligner<number, number>({ meter: new CountingMeter() });
    aligner.setTrack('face', true, false);
    const told: { startMs: number; endMs: number }[] = [];
    const run = (forMs: number) => {
      for (let passed = 0; passed < forMs; passed += 20) {
        machine.pass(20);
        const { windows, skipped } = aligner.advance(clock.now());
        if (skipped) told.push(skipped);
        told.push(...windows);
      }
    };
    run(5000);
    machine.sleep(600_000);
    run(5000);
    machine.set(-30_000);
    run(5000);
    machine.set(800);
    run(5000);
    for (const [i, { startMs }] of told.entries()) if (i > 0) expect(startMs).toBe(told[i - 1]!.endMs);
    expect(told.filter(({ startMs, endMs }) => endMs - startMs > 1000)).toHaveLength(1);
    expect(told.at(-1)!.endMs).toBeGreaterThan(EPOCH + 618_000);
  });
});

describe('callAt', () => {
  it('is soon there after a sleep in which timers stood still', () => {
    vi.useFakeTimers();
    try {
      const machine = new Machine();
      const clock = new FollowingClock(machine.sources);
      let ended = false;
      callAt(
        EPOCH + 3_600_000,
        () => clock.now(),
        () => {
          ended = true;
        },
      );
      const pass = (ms: number) => {
        machine.pass(ms);
        vi.advanceTimersByTime(ms);
      };
      pass(60_000);
      machine.sleep(7_200_000);
      expect(ended).toBe(false);
      pass(31_000);
      expect(ended).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });
});
