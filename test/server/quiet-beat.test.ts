import { expect, it } from 'vitest';
import { QuietBeat } from '../../src/server/quiet-beat.js';

it('beats after so much silence, and only then', () => {
  let now = 0;
  let waiting: { at: number; task: () => void } | undefined;
  const beats: number[] = [];
  const quiet = new QuietBeat({
    everyMs: 100,
    now: () => now,
    schedule: (delayMs, task) => {
      waiting = { at: now + delayMs, task };
      return () => (waiting = undefined);
    },
    beat: () => beats.push(now),
  });
  const until = (time: number) => {
    while (waiting && waiting.at <= time) {
      const { at, task } = waiting;
      now = at;
      task();
    }
    now = time;
  };
  until(250);
  expect(beats).toEqual([100, 200]);
  quiet.sent();
  until(349);
  expect(beats).toEqual([100, 200]);
  until(360);
  expect(beats).toEqual([100, 200, 350]);
  // Whoever is spoken to all the time hears none.
  for (let time = 370; time < 1000; time += 20) {
    until(time);
    quiet.sent();
  }
  expect(beats).toEqual([100, 200, 350]);
  quiet.stop();
  until(5000);
  expect(beats).toEqual([100, 200, 350]);
});
