import { afterEach, describe, expect, test } from 'vitest';
import { ALL, NONE, startServer, type TestServer } from './support/test-server.js';

let subject: TestServer | undefined;
afterEach(() => subject?.close());

const consents = (server: TestServer) => server.analyser.of('alice').consents;
const last = (server: TestServer) => consents(server).at(-1);

describe('withdrawing', () => {
  test('works while everything else is refused', async () => {
    subject = await startServer({ maxMessagesPerSecond: 1 });
    const alice = await subject.connect({}, { subject: 'alice' });
    await alice.join('Alice', ALL);
    const answers = await Promise.all(Array.from({ length: 15 }, () => alice.ask('getRouterCapabilities')));
    expect(answers.at(-1)).toMatchObject({ ok: false, error: { code: 'RATE_LIMITED' } });
    expect(await alice.request('setConsent', { consent: NONE })).toEqual({ consent: NONE, showWords: false });
    expect(last(subject)).toEqual(NONE);
    // Again and again it costs nothing and tells nobody, and a flood of it ends as every flood does.
    const told = consents(subject).length;
    for (let id = 1000; id < 1050; id++) alice.send(JSON.stringify({ type: 'setConsent', id, consent: NONE }));
    expect((await alice.ended()).code).toBe(1008);
    expect(consents(subject)).toHaveLength(told);
  });

  test('is done although the very message closes the socket, or more is asked than may be given', async () => {
    subject = await startServer({ maxMessagesPerSecond: 1 });
    const alice = await subject.connect({}, { subject: 'alice' });
    await alice.join('Alice', { face: true, voice: false, words: true });
    await Promise.all(Array.from({ length: 15 }, () => alice.ask('getRouterCapabilities')));
    const error = await alice.refused('setConsent', { consent: { face: false, voice: true, words: true } });
    expect(error.code).toBe('RATE_LIMITED');
    expect(last(subject)).toEqual({ face: false, voice: false, words: true });
  });

  test('waits for nothing: what stands before it and gives consent gives it no more', async () => {
    subject = await startServer();
    const alice = await subject.connect({}, { subject: 'alice' });
    // All of it in one go: the seat itself is still being made when consent is withdrawn.
    alice.send(JSON.stringify({ type: 'join', id: 1001, name: 'Alice', consent: ALL, rtpCapabilities: {} }));
    for (let id = 1002; id < 1020; id++) alice.send(JSON.stringify({ type: 'setConsent', id, consent: ALL }));
    alice.send(JSON.stringify({ type: 'setConsent', id: 1020, consent: NONE }));
    await alice.until(() => alice.of('response').length === 20);
    expect(consents(subject).filter(({ face, voice, words }) => face || voice || words)).toEqual([]);
    expect(alice.of('response').map((response) => response.ok)).toEqual(Array(20).fill(true));
  });

  test('and what comes after it and gives consent gives it', async () => {
    subject = await startServer();
    const alice = await subject.connect({}, { subject: 'alice' });
    await alice.join('Alice', ALL);
    const some = { face: true, voice: false, words: false };
    alice.send(JSON.stringify({ type: 'setConsent', id: 1001, consent: NONE }));
    alice.send(JSON.stringify({ type: 'setConsent', id: 1002, consent: some }));
    await alice.until(() => alice.of('response').find(({ id }) => id === 1002));
    expect(consents(subject).slice(-2)).toEqual([NONE, some]);
  });
});

test('toggling consent as fast as can be: every withdrawal works, giving it is limited, and others are told as seldom', async () => {
  const lines: unknown[] = [];
  subject = await startServer();
  const [alice, bob] = [await subject.connect({}, { subject: 'alice' }), await subject.connect({}, { subject: 'bob' })];
  await bob.join('Bob');
  await alice.join('Alice', NONE);
  for (let n = 0; n < 100; n++) {
    lines.push(await alice.ask('setConsent', { consent: ALL }));
    expect(await alice.request('setConsent', { consent: NONE })).toEqual({ consent: NONE, showWords: false });
  }
  const given = consents(subject).filter(({ face }) => face).length;
  // 10 at once; a busy machine may take a second or more, which earns another.
  expect(given).toBeGreaterThanOrEqual(10);
  expect(given).toBeLessThan(40);
  expect(lines.at(-1)).toMatchObject({
    ok: false,
    error: { code: 'RATE_LIMITED', message: expect.stringContaining('try again') as string },
  });
  expect(subject.meter.value('emostream_refused_total', { what: 'consent' })).toBe(100 - given);
  await bob.request('getRouterCapabilities', {});
  expect(bob.of('consentChanged').length).toBeLessThanOrEqual(2 * given);
});

test('captions are weighed by the seconds that they revise and by their words', async () => {
  subject = await startServer();
  const alice = await subject.connect({}, { subject: 'alice' });
  await alice.join('Alice', ALL);
  const now = Date.now();
  const caption = (spanMs: number, text = 'hello') => ({ text, startMs: now - spanMs, endMs: now, sentMs: now });
  const accepted = async (data: object) => {
    const before = subject!.analyser.of('alice').captions.length;
    await Promise.all(Array.from({ length: 60 }, () => alice.ask('caption', data)));
    return subject!.analyser.of('alice').captions.length - before;
  };
  // 20 at once and 5 a second: ten seconds' worth of revisions is a tenth of the captions.
  expect(await accepted(caption(10_000))).toBeLessThanOrEqual(3);
  const bob = await subject.connect({}, { subject: 'bob' });
  await bob.join('Bob', ALL);
  await Promise.all(Array.from({ length: 60 }, () => bob.ask('caption', caption(0))));
  expect(subject.analyser.of('bob').captions.length).toBeGreaterThanOrEqual(20);
  expect(subject.analyser.of('bob').captions.length).toBeLessThan(40);
  expect(subject.meter.value('emostream_refused_total', { what: 'caption' })).toBeGreaterThan(70);
});
