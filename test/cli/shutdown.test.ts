import { afterEach, expect, it } from 'vitest';
import { Shutdown } from '../../src/cli/shutdown.js';

const shutdowns: Shutdown[] = [];
afterEach(() => shutdowns.splice(0).forEach((shutdown) => shutdown.done()));

/** Signals are handed to the listeners as Node hands them; the process itself gets none. */
function setUp(deadlineMs?: number) {
  let now = 1000;
  const exits: number[] = [];
  const said: string[] = [];
  const shutdown = new Shutdown({
    clock: () => now,
    exit: (code) => exits.push(code),
    say: (sentence) => said.push(sentence),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  });
  shutdowns.push(shutdown);
  return { shutdown, exits, said, advance: (ms: number) => (now += ms) };
}

it('ends at once for who asks again later, with the status of that signal', async () => {
  const { shutdown, exits, advance } = setUp();
  process.emit('SIGTERM');
  expect(await shutdown.requested).toBe('SIGTERM');
  advance(999);
  process.emit('SIGTERM');
  expect(exits).toEqual([]);
  advance(1);
  process.emit('SIGINT');
  // 128 + the number of SIGINT, as shells have it.
  expect(exits).toEqual([130]);
});

it('ends a closing that hangs', async () => {
  const { shutdown, exits, said } = setUp(20);
  process.emit('SIGHUP');
  expect(await shutdown.requested).toBe('SIGHUP');
  await expect.poll(() => exits).toEqual([1]);
  expect(said[0]).toContain('longer than');
});

it('takes its listeners off when all is done', () => {
  const before = process.listenerCount('SIGTERM');
  const { shutdown } = setUp();
  expect(process.listenerCount('SIGTERM')).toBe(before + 1);
  shutdown.done();
  expect(process.listenerCount('SIGTERM')).toBe(before);
});
