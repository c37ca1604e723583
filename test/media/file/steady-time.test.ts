import { expect, it } from 'vitest';
import { SteadyTime } from '../../../src/media/file/steady-time.js';

const LENGTH = 40;
function follow(times: (number | null)[], durationMs: number | null = null) {
  const steady = new SteadyTime(durationMs);
  return { times: times.map((time) => steady.follow(time, LENGTH)), repaired: steady.repaired };
}

it('leaves times that rise as they are, also where the rate varies', () => {
  expect(follow([0, 40, 200, 5000, 5033])).toEqual({ times: [0, 40, 200, 5000, 5033], repaired: 0 });
});

it('gives frames without a time that of the one before’s end', () => {
  expect(follow([null, null, null]).times).toEqual([0, 40, 80]);
});

it('goes on where a clock was set forward or back', () => {
  expect(follow([0, 40, 3_600_000, 3_600_040])).toEqual({ times: [0, 40, 80, 120], repaired: 1 });
  expect(follow([20_000, 20_040, 0, 40]).times.slice(1)).toEqual([40, 80, 120]);
});

it('believes a long pause where the recording is as long as that', () => {
  expect(follow([0, 90_000], 100_000)).toEqual({ times: [0, 90_000], repaired: 0 });
  expect(follow([0, 90_000], 50_000)).toEqual({ times: [0, 40], repaired: 1 });
});

it('passes over what decoders begin with, and what comes twice', () => {
  expect(follow([-90, -20, 20, 20, 10, 60]).times).toEqual([null, 0, 20, null, null, 60]);
});
