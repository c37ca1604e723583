import { expect, it } from 'vitest';
import { RestartPolicy } from '../../src/cli/restart-policy.js';

const policy = () => new RestartPolicy({ firstDelayMs: 100, maxDelayMs: 1000, calmMs: 60_000, maxFailedStarts: 3 });

it('does not follow a process that never was ready', () => {
  expect(policy().ended(0)).toBeNull();
});

it('waits longer each time, up to a bound, while trouble goes on', () => {
  const subject = policy();
  const delays = [1, 2, 3, 4, 5].map((minute) => {
    subject.ready(minute * 1000);
    return subject.ended(minute * 1000 + 500);
  });
  expect(delays).toEqual([100, 200, 400, 800, 1000]);
});

it('begins anew after a calm time', () => {
  const subject = policy();
  subject.ready(0);
  subject.ended(1);
  subject.ready(2);
  expect(subject.ended(3)).toBe(200);
  subject.ready(4);
  expect(subject.ended(60_004)).toBe(100);
});

it('gives up after so many in a row that cannot start', () => {
  const subject = policy();
  subject.ready(0);
  expect(subject.ended(1)).toBe(100);
  expect([subject.ended(2), subject.ended(3), subject.ended(4)]).toEqual([200, 400, null]);
});

it('counts failed starts anew after one that succeeded', () => {
  const subject = policy();
  for (let i = 0; i < 5; i++) {
    subject.ready(i);
    expect(subject.ended(i)).not.toBeNull();
    expect(subject.ended(i)).not.toBeNull();
  }
});
