import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { CLIENT_CAPABILITIES } from '../../src/sfu/index.js';
import type { ShownWords } from '../../src/sfu/types.js';
import { MAX_SHOWN_CHARACTERS } from '../../src/analysis/words-showing.js';
import type { Consent } from '../../src/server/protocol.js';
import type { TestClient } from './support/test-client.js';
import { ALL, NONE, startServer, type TestServer } from './support/test-server.js';

let subject: TestServer | undefined;
afterEach(() => subject?.close());

const WORDS: Consent = { ...NONE, voice: true, words: true };
const hello: ShownWords = { segment: 1, text: 'hello', startMs: 1000, endMs: 1500, final: false, source: 'voice' };

const join = (client: TestClient, name: string, consent: Consent, showWords?: boolean) =>
  client.request('join', {
    name,
    consent,
    rtpCapabilities: CLIENT_CAPABILITIES as never,
    ...(showWords === undefined ? {} : { showWords }),
  });
/** Everything that was sent to the client before has come. */
const settled = (client: TestClient) => client.request('unsubscribe', {});
const say = (words = hello) => subject!.analyser.of('alice').say(words);

describe('words that somebody shows', () => {
  test('come to those in the room, to the speaker too, and to subscribers whose token says so, to each once', async () => {
    subject = await startServer();
    const alice = await subject.connect({}, { subject: 'alice' });
    const bob = await subject.connect({ subscribe: false }, { subject: 'bob' });
    const reader = await subject.connect({ publish: false, transcript: true });
    const both = await subject.connect({ transcript: true }, { subject: 'both' });
    const strangers = [
      await subject.connect({ publish: false }),
      await subject.connect({ room: 'other', publish: false, transcript: true }),
      await subject.connect({ room: '*', publish: false, transcript: true }),
      await subject.connect({ publish: false, transcript: true }),
    ] as const;
    const [watcher, elsewhere, other, unsubscribed] = strangers;
    await join(alice, 'Alice', WORDS, true);
    await bob.join('Bob');
    await both.join('Both');
    for (const client of [reader, both, watcher, elsewhere]) await client.request('subscribe', {});
    await other.request('subscribe', { room: 'room' });
    await other.request('unsubscribe', { room: 'room' });
    await other.request('subscribe', { room: 'other' });
    say();
    const expected = { type: 'words', room: 'room', participant: 'alice', ...hello, language: null };
    for (const client of [alice, bob, reader, both]) expect(await client.next('words')).toEqual(expected);
    await Promise.all([both, unsubscribed, ...strangers].map(settled));
    expect(both.of('words')).toHaveLength(1);
    for (const client of strangers) expect(client.of('words')).toEqual([]);

    // `unsubscribe` ended what the subscription brought, but not the seat.
    await settled(reader);
    say({ ...hello, segment: 2 });
    await both.next('words', 1);
    await settled(reader);
    expect(reader.of('words')).toHaveLength(1);
  });

  test('are off by default; their owner is seen to show them, and hides them at once, with or without consent', async () => {
    subject = await startServer();
    const alice = await subject.connect({}, { subject: 'alice' });
    const bob = await subject.connect({}, { subject: 'bob' });
    const reader = await subject.connect({ publish: false, transcript: true });
    await reader.request('subscribe', {});
    expect(await join(bob, 'Bob', NONE)).toMatchObject({ showWords: false });
    expect(await join(alice, 'Alice', WORDS)).toMatchObject({ consent: WORDS, showWords: false });
    expect((await bob.next('peerJoined')).peer).toMatchObject({ participant: 'alice', showWords: false });
    say();
    await Promise.all([settled(bob), settled(alice)]);
    expect([...bob.of('words'), ...alice.of('words')]).toEqual([]);

    await reader.request('subscribe', {});
    const shown = await alice.request('setConsent', { consent: WORDS, showWords: true });
    expect(shown).toEqual({ consent: WORDS, showWords: true });
    expect(await bob.next('consentChanged')).toMatchObject({ participant: 'alice', showWords: true });
    expect(subject.analyser.of('alice').showsWords).toBe(true);
    const late = await subject.connect({}, { subject: 'late' });
    const { peers } = await join(late, 'Late', NONE);
    expect(peers.map(({ participant, showWords }) => [participant, showWords])).toContainEqual(['alice', true]);
    say();
    await Promise.all([bob, late, reader].map((client) => client.next('words')));

    for (const [n, wish] of [
      [0, { consent: WORDS }],
      [1, { consent: { ...WORDS, voice: false }, showWords: true }],
      [2, { consent: { ...WORDS, words: false }, showWords: true }],
    ] as const) {
      await alice.request('setConsent', { consent: WORDS, showWords: true });
      const answer = await alice.request('setConsent', wish);
      expect(answer.showWords).toBe(n === 1);
      const withdrawn = { type: 'wordsWithdrawn', room: 'room', participant: 'alice' };
      for (const client of [alice, bob, reader]) expect(await client.next('wordsWithdrawn', n)).toEqual(withdrawn);
      if (n === 1) continue;
      expect(subject.analyser.of('alice').showsWords).toBe(false);
      say({ ...hello, text: 'too late' });
    }
    await alice.request('setConsent', { consent: WORDS, showWords: true });
    await alice.request('leave', {});
    for (const client of [bob, reader]) await client.next('wordsWithdrawn', 3);
    say({ ...hello, text: 'too late' });
    await Promise.all([bob, reader].map(settled));
    for (const client of [alice, bob, reader]) expect(client.of('words').map(({ text }) => text)).toEqual(['hello']);
  });

  test('are hidden by a request that waits for nothing, and by none that stood before it', async () => {
    subject = await startServer();
    const alice = await subject.connect({}, { subject: 'alice' });
    const ask = (id: number, type: string, data: object) => alice.send(JSON.stringify({ type, id, ...data }));
    ask(1001, 'join', { name: 'Alice', consent: WORDS, showWords: true, rtpCapabilities: {} });
    ask(1002, 'setConsent', { consent: WORDS, showWords: true });
    ask(1003, 'setConsent', { consent: WORDS });
    await alice.until(() => alice.of('response').length === 3);
    expect(subject.analyser.of('alice').showsWords).toBe(false);
    say();
    await settled(alice);
    expect(alice.of('words')).toEqual([]);
    expect(alice.of('wordsWithdrawn')).toEqual([]);
    expect(alice.of('response').every(({ ok }) => ok)).toBe(true);
  });

  test('need consent to words and the policy’s', async () => {
    subject = await startServer({ allowWords: false });
    const alice = await subject.connect({}, { subject: 'alice' });
    expect(await join(alice, 'Alice', ALL, true)).toMatchObject({ showWords: false });
    expect(await alice.request('setConsent', { consent: ALL, showWords: true })).toMatchObject({ showWords: false });
    say();
    await settled(alice);
    expect(alice.of('words')).toEqual([]);
  });

  test('showing again and again is limited as giving consent is; hiding is not', async () => {
    subject = await startServer();
    const alice = await subject.connect({}, { subject: 'alice' });
    await join(alice, 'Alice', WORDS);
    let refused = 0;
    for (let n = 0; n < 40; n++) {
      refused += Number(!(await alice.ask('setConsent', { consent: WORDS, showWords: true })).ok);
      expect(await alice.request('setConsent', { consent: WORDS })).toEqual({ consent: WORDS, showWords: false });
    }
    expect(refused).toBeGreaterThan(10);
  });

  test('a reader who reads nothing is given none, which is counted, and slows nobody', async () => {
    subject = await startServer();
    const alice = await subject.connect({}, { subject: 'alice' });
    const slow = await subject.connect({}, { subject: 'slow' });
    await join(alice, 'Alice', WORDS, true);
    await slow.join('Slow');
    slow.socket.pause();
    const long = { ...hello, text: 'x'.repeat(MAX_SHOWN_CHARACTERS) };
    const dropped = () => subject!.meter.value('emostream_dropped_total', { stage: 'server', reason: 'slow-reader' });
    let sent = 0;
    // The kernel takes some megabytes before anything is unsent.
    for (; dropped() < 10 && sent < 200_000; sent++) {
      say(long);
      if (sent % 500 === 499) await alice.until(() => alice.of('words').length === sent + 1);
    }
    await alice.until(() => alice.of('words').length === sent);
    expect(dropped()).toBe(10);
    slow.socket.resume();
    await settled(slow);
    // What was dropped is not sent later.
    expect(slow.of('words')).toHaveLength(sent - 10);
  });

  test('reach neither log, audit nor journal', async () => {
    let log = '';
    const sink = new Writable({
      write(chunk, _encoding, done) {
        log += String(chunk);
        done();
      },
    });
    subject = await startServer({}, { logger: pino({ level: 'trace' }, sink) });
    const alice = await subject.connect({ transcript: true }, { subject: 'alice' });
    await join(alice, 'Alice', WORDS, true);
    await alice.request('subscribe', {});
    say({ ...hello, text: 'quite private' });
    await alice.next('words');
    const later = await subject.connect({ transcript: true });
    await later.request('subscribe', { sinceSeq: 0 });
    await settled(later);
    expect(later.of('words')).toEqual([]);
    expect(log).toContain('"showWords":true');
    expect(log).not.toContain('private');
  });
});
