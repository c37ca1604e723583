import { expect, it } from 'vitest';
import { PartialPace } from '../../src/speech/partial-pace.js';

/** After so many results that took so long. */
function paced(tookMs: number): PartialPace {
  const pace = new PartialPace();
  for (let i = 0; i < 60; i++) pace.took(tookMs, true);
  return pace;
}

it('partial words come every half second while that is cheap, more seldom the more people speak, and never more than a quarter of the time', () => {
  expect(new PartialPace().everyMs(1)).toBe(500);
  expect(paced(30).everyMs(1)).toBe(500);
  for (const speaking of [5, 10, 16]) {
    const everyMs = paced(30).everyMs(speaking);
    expect((speaking * 30) / everyMs).toBeLessThanOrEqual(0.25 + 1e-3);
    expect(everyMs).toBeGreaterThan(500);
  }
});

it('there are none where they would come too seldom to help', () => {
  expect(paced(200).everyMs(2)).toBeLessThan(2000);
  expect(paced(200).everyMs(5)).toBe(Infinity);
});

it('one that waited for the model, or for a machine that stood still, does not end them: whole ones tell when there is time again', () => {
  const pace = new PartialPace();
  pace.took(10_000, true);
  expect(pace.everyMs(1)).toBe(Infinity);
  for (let i = 0; i < 30; i++) pace.took(100, false);
  expect(pace.everyMs(1)).toBeLessThan(2000);
  // While they come they tell it themselves: a whole piece is longer.
  pace.took(10_000, false);
  expect(pace.everyMs(1)).toBeLessThan(2000);
});
