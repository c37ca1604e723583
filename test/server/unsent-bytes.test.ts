import { expect, test } from 'vitest';
import { UnsentBytes } from '../../src/server/unsent-bytes.js';

test('what the sockets of an address have unsent is added up, and forgotten with them', () => {
  const unsent = new UnsentBytes(100);
  const [first, second, other] = [unsent.share('a'), unsent.share('a'), unsent.share('b')];
  expect(first.update(60)).toBe(false);
  expect(second.update(41)).toBe(true);
  expect(other.update(100)).toBe(false);
  expect(first.update(59)).toBe(false);
  second.release();
  second.release();
  // What is told late of a socket that is gone counts no more.
  expect(second.update(500)).toBe(false);
  expect([unsent.of('a'), unsent.of('b')]).toEqual([59, 100]);
  first.release();
  expect(unsent.of('a')).toBe(0);
});
