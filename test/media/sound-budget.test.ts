import { describe, expect, it } from 'vitest';
import { encodeOpus, synthesise } from '../../bench/support/index.js';
import { AudioDecoder } from '../../src/media/audio-decoder.js';
import type { TokenBucket } from '../../src/common/token-bucket.js';
import { opusTicks, soundBudget } from '../../src/media/sound-budget.js';

describe('opusTicks', () => {
  it('is what every configuration of one frame lasts when it is decoded', () => {
    for (let configuration = 0; configuration < 32; configuration++) {
      const decoder = new AudioDecoder();
      // A frame of no bytes is one that was lost on the way: it lasts as long.
      const packet = Uint8Array.of(configuration << 3);
      const whole = Array.from({ length: 50 }, (_, i) => decoder.decode(packet, i * opusTicks(packet))).flat();
      decoder.close();
      // What filters still hold is less than half of the shortest frame.
      const samples = whole.reduce((sum, each) => sum + each.samples.length, 0);
      expect(Math.abs(samples - (50 * opusTicks(packet)) / 3)).toBeLessThan(40);
    }
  });

  it('counts the frames of a packet', () => {
    const twentyMs = encodeOpus(synthesise(1, (at) => Math.sin(at * 3000)))[5]!;
    expect(opusTicks(twentyMs)).toBe(960);
    const packed = (code: number, count: number) => opusTicks(Uint8Array.of((twentyMs[0]! & 0xfc) | code, count, 0, 0));
    expect([packed(1, 0), packed(2, 0), packed(3, 1), packed(3, 6), packed(3, 0)]).toEqual([1920, 1920, 960, 5760, 0]);
    expect(opusTicks(new Uint8Array(0))).toBeGreaterThan(0);
  });
});

describe('soundBudget', () => {
  const START = 1e12;
  let now = START;
  const play = (budget: TokenBucket, ticks: number, everyMs: number, seconds: number): number => {
    let admitted = 0;
    for (let at = 0; at < seconds * 1000; at += everyMs) {
      now = START + at;
      if (budget.take(ticks)) admitted += ticks;
    }
    return admitted / 48_000;
  };

  it('lets everybody speak for ever', () => {
    for (const [ticks, everyMs] of [
      [960, 20],
      [5760, 120],
      [120, 2.5],
      [2880, 60],
    ] as const) {
      expect(
        play(
          soundBudget(() => now),
          ticks,
          everyMs,
          600,
        ),
      ).toBeCloseTo(600, 0);
    }
  });

  it('decodes no more than a little over a second of it a second', () => {
    expect(
      play(
        soundBudget(() => now),
        5760,
        1,
        60,
      ),
    ).toBeLessThanOrEqual(3 + 60 * 1.25);
    expect(
      play(
        soundBudget(() => now),
        960,
        1,
        60,
      ),
    ).toBeLessThanOrEqual(3 + 60 * 1.25);
  });

  it('takes two seconds at once after two without any', () => {
    const budget = soundBudget(() => now);
    play(budget, 960, 20, 60);
    let admitted = 0;
    now = START + 62_000;
    for (let i = 0; i < 100; i++) if (budget.take(960)) admitted++;
    expect(admitted).toBe(100);
  });
});
