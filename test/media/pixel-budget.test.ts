import { describe, expect, it } from 'vitest';
import { PixelBudget, type PixelProblem } from '../../src/media/pixel-budget.js';
import { decoderResets } from '../../src/media/decoder-resets.js';

const RATE = 27_648_000;
const START = 1e12;

/** Offers pictures of one size at a rate; how many pixels were admitted, and what problem was seen when, in seconds. */
function offer(budget: PixelBudget, pixels: number, perSecond: number, seconds: number, from = 0) {
  let admitted = 0;
  let problem: { what: PixelProblem; at: number } | null = null;
  for (let i = 0; i < perSecond * seconds; i++) {
    const at = from + i / perSecond;
    if (budget.admit({ pixels, pictures: 1 }, START + 1000 * at) === null) admitted += pixels;
    const found = budget.problem(START + 1000 * at);
    if (found) problem ??= { what: found, at };
  }
  return { admitted, problem };
}

describe('PixelBudget', () => {
  it('lets a sender at the very rate pass for ever', () => {
    const { admitted, problem } = offer(new PixelBudget(RATE), 1280 * 720, 30, 600);
    expect(admitted).toBe(1280 * 720 * 30 * 600);
    expect(problem).toBeNull();
  });

  it('never admits a picture of which eight a second would exceed it, and soon calls it a problem', () => {
    const { admitted, problem } = offer(new PixelBudget(RATE), 4096 * 2304, 1, 20);
    expect(admitted).toBe(0);
    expect(problem).toEqual({ what: 'picture-size', at: 5 });
  });

  it.each([
    [1920 * 1088, 30],
    [1920 * 1088, 15],
    [1280 * 720, 60],
    [640 * 480, 1000],
  ])(
    '%d pixels %d times a second are admitted up to the rate, and are a problem after some seconds',
    (pixels, perSecond) => {
      const { admitted, problem } = offer(new PixelBudget(RATE), pixels, perSecond, 60);
      // Two seconds were saved up.
      expect(admitted).toBeLessThanOrEqual(62 * RATE * 1.06);
      expect(admitted).toBeGreaterThan(30 * RATE * 0.9);
      expect(problem?.what).toBe('pixel-rate');
      expect(problem?.at).toBeGreaterThanOrEqual(5);
      expect(problem?.at).toBeLessThan(7);
    },
  );

  it('bounds small pictures by their number', () => {
    const { admitted } = offer(new PixelBudget(RATE), 16 * 16, 5000, 10);
    expect(admitted / (16 * 16)).toBeLessThan(600 * 10);
  });

  it('forgives a burst, and what a network held back', () => {
    const budget = new PixelBudget(RATE);
    offer(budget, 1280 * 720, 30, 10);
    // Four seconds at once after four without any.
    const burst = offer(budget, 1280 * 720, 120_000, 0.001, 14);
    expect(burst.problem).toBeNull();
    expect(burst.admitted).toBeGreaterThan(0);
    expect(offer(budget, 1280 * 720, 30, 60, 15).problem).toBeNull();
  });

  it('forgets large pictures as soon as one fits', () => {
    const budget = new PixelBudget(RATE);
    for (let second = 0; second < 40; second++) {
      const pixels = second % 4 === 3 ? 640 * 360 : 4096 * 2304;
      expect(offer(budget, pixels, 10, 1, second).problem).toBeNull();
    }
  });

  it('counts what nobody could decode for want of a key frame as asked for', () => {
    const budget = new PixelBudget(RATE);
    budget.admit({ pixels: 1920 * 1088, pictures: 1 }, START);
    let at = 0;
    for (let i = 0; i < 30 * 10 && !budget.problem(START + at); i++) {
      at = (1000 * i) / 30;
      budget.pass({ pixels: 1920 * 1088, pictures: 1 }, START + at);
    }
    expect(budget.problem(START + at)).toBe('pixel-rate');
  });

  it('survives a clock that goes back', () => {
    const budget = new PixelBudget(RATE);
    offer(budget, 1280 * 720, 30, 10, 100);
    expect(offer(budget, 1280 * 720, 30, 1, 0).problem).toBeNull();
    expect(offer(budget, 1280 * 720, 30, 60, 105).admitted).toBeGreaterThan(1280 * 720 * 30 * 55);
  });
});

describe('decoderResets', () => {
  it('allows some at once and few a second', () => {
    let at = 0;
    const resets = decoderResets(() => at);
    let taken = 0;
    for (; at < 60_000; at++) {
      const has = resets.has();
      expect(resets.take()).toBe(has);
      if (has) taken++;
    }
    expect(taken).toBeGreaterThanOrEqual(10);
    expect(taken).toBeLessThanOrEqual(10 + 2 * 60);
  });
});
