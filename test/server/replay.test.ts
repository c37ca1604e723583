import { performance } from 'node:perf_hooks';
import { afterEach, expect, test } from 'vitest';
import { ReplayTurns } from '../../src/server/replay-turns.js';
import { emotionEvent } from './support/emotion-event.js';
import { startServer, type TestServer } from './support/test-server.js';

let subject: TestServer | undefined;
afterEach(() => subject?.close());

const JOURNAL = 2000;

async function withFullJournal(): Promise<TestServer> {
  const server = await startServer({ journalSize: JOURNAL }, {}, JOURNAL + 100);
  for (let second = 0; second < JOURNAL; second++) server.bus.publish(emotionEvent(second));
  return server;
}

test('asking for everything again and again: one replay at a time, five journals a minute, and then it is told to wait', async () => {
  subject = await withFullJournal();
  const client = await subject.connect({ publish: false });
  const answers = [];
  for (let n = 0; n < 45; n++) answers.push(await client.ask('subscribe', { sinceSeq: 0 }));
  expect(answers.map(({ ok }) => ok)).toEqual([...Array<boolean>(5).fill(true), ...Array<boolean>(40).fill(false)]);
  expect(answers.at(-1)).toMatchObject({
    error: {
      code: 'RATE_LIMITED',
      message: expect.stringMatching(/^too many past events .* try again in \d+ s$/) as string,
    },
  });
  expect(subject.meter.value('emostream_refused_total', { what: 'replay' })).toBe(40);
  // Each took the place of the one before; the last is given whole, and goes on live.
  subject.bus.publish(emotionEvent(JOURNAL));
  await client.until(() => client.of('emotion').at(-1)?.seq === JOURNAL + 1);
  expect(client.of('emotion').length).toBeLessThan(5 * JOURNAL);
  expect(
    client
      .of('emotion')
      .slice(-JOURNAL - 1)
      .map(({ seq }) => seq),
  ).toEqual(Array.from({ length: JOURNAL + 1 }, (_, index) => index + 1));
  // What costs nothing is not refused: a little of the past, or none of it.
  await client.request('subscribe', { sinceSeq: JOURNAL + 1 });
  await client.request('subscribe', {});
});

test('the budget is the token’s, over all its sockets, and another token has its own', async () => {
  subject = await withFullJournal();
  const token = await subject.token({ publish: false });
  for (let n = 0; n < 5; n++) await (await subject.connect({}, { token })).request('subscribe', { sinceSeq: 0 });
  const sixth = await subject.connect({}, { token });
  expect((await sixth.refused('subscribe', { sinceSeq: 0 })).code).toBe('RATE_LIMITED');
  const other = await subject.connect({ publish: false }, { subject: 'somebody-else' });
  await other.request('subscribe', { sinceSeq: 0 });
  await other.next('emotion', JOURNAL - 1);
});

test('live events of others do not wait for a replay', async () => {
  subject = await withFullJournal();
  const [greedy, live] = [await subject.connect(), await subject.connect({}, { subject: 'bob' })];
  await live.request('subscribe', {});
  await greedy.request('subscribe', { sinceSeq: 0 });
  subject.bus.publish(emotionEvent(JOURNAL));
  await live.next('emotion');
  // The other is still in the past.
  expect(greedy.of('emotion').length).toBeLessThan(JOURNAL);
  await greedy.next('emotion', JOURNAL);
});

test('turns leave the thread alone for three times as long as they took, and go round', async () => {
  const turns = new ReplayTurns();
  const log: { who: string; from: number; to: number }[] = [];
  await new Promise<void>((resolve) => {
    const turn = (who: string) => () => {
      const from = performance.now();
      while (performance.now() - from < 4);
      log.push({ who, from, to: performance.now() });
      if (log.length === 8) resolve();
      else turns.ask(who === 'a' ? a : b);
    };
    const [a, b] = [turn('a'), turn('b')];
    turns.ask(a);
    turns.ask(b);
    turns.ask(a);
  });
  expect(log.map(({ who }) => who).join('')).toBe('abababab');
  for (const [index, { from }] of log.entries()) {
    const before = log[index - 1];
    // Timers are good to a millisecond.
    if (before) expect(from - before.to).toBeGreaterThanOrEqual(3 * (before.to - before.from) - 1.5);
  }
});
