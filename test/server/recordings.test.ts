import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { Bulkhead } from '../../src/common/bulkhead.js';
import { silentMeter } from '../../src/common/metrics.js';
import type { UnsequencedEvent } from '../../src/events/bus.js';
import { InProcessBus } from '../../src/events/in-process-bus.js';
import type { RoomEvent } from '../../src/events/schema.js';
import { Outboxes } from '../../src/server/outboxes.js';
import type { ReplayTurns } from '../../src/server/replay-turns.js';
import { RoomSubscription } from '../../src/server/room-subscription.js';
import { Recording } from '../../src/server/recordings/recording.js';
import { type Recorded, Recordings } from '../../src/server/recordings/recordings.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { emotionEvent } from './support/emotion-event.js';
import { ALL, NONE, startServer, type TestServer } from './support/test-server.js';

const event = (participant: string, startMs: number, parts: object = {}): RoomEvent => {
  const made = { ...emotionEvent(0), participant, window: { start: startMs, end: startMs + 1000 }, epoch: 'e', seq: 1 };
  return { ...made, ...parts } as RoomEvent;
};
const silent = { present: false };

it('a recording by subscription tells nothing of before its answer was out: nobody had been asked', () => {
  const bus = new InProcessBus();
  const sent: string[] = [];
  const bulkhead = new Bulkhead('connection', { meter: silentMeter, logger: { error: expect.unreachable } });
  const turns = { ask: (turn: () => void) => turn(), forget: () => undefined } as unknown as ReplayTurns;
  const outboxes = new Outboxes({
    ...{ maxBufferedBytes: 1e6, turns, meter: silentMeter, bufferedBytes: () => 0 },
    ...{ send: (text: string) => sent.push(text), missed: () => undefined },
  });
  const publish = (participant: string) =>
    bus.publish({ ...event(participant, 50_000), room: 'room' } as UnsequencedEvent);
  const keep = (told: RoomEvent) => (told.participant === 'agreed' ? told : null);
  const options = {
    bus,
    room: 'room',
    from: undefined,
    wants: () => true,
    write: ({ text }: { text: string }) => text,
  };
  const recorded = new RoomSubscription({ ...options, keep }, { bulkhead, notify: () => undefined, outboxes });
  publish('somebody');
  recorded.answered();
  publish('somebody');
  publish('agreed');
  expect(sent.map((text) => (JSON.parse(text) as RoomEvent).participant)).toEqual(['agreed']);
});

describe('a recording', () => {
  it('holds of a window only what was measured after its person agreed: voice reaches back 3 s, words 8 s', () => {
    const recording = new Recording({ id: 'r', room: 'room', smoothingMs: 2000 });
    expect(recording.kept(event('a', 50_000))).toBeNull();
    recording.agree('a', 10_000);
    const kept = (startMs: number, parts: object) => recording.kept(event('a', startMs, parts)) !== null;
    const face = { voice: silent, words: silent };
    expect([kept(9999, face), kept(10_000, face)]).toEqual([false, true]);
    const voice = { voice: { present: true }, words: silent };
    expect([kept(11_999, voice), kept(12_000, voice)]).toEqual([false, true]);
    const words = { words: { present: true } };
    expect([kept(16_999, words), kept(17_000, words)]).toEqual([false, true]);
    expect(recording.kept(event('b', 50_000))).toBeNull();
  });

  it('smooths anew from the agreement on: the first second is what it is by itself', () => {
    const recording = new Recording({ id: 'r', room: 'room', smoothingMs: 2000 });
    recording.agree('a', 0);
    const kept = (startMs: number, happy: number) => {
      const scores = { neutral: 1 - happy, happy, sad: 0, angry: 0, fearful: 0, disgusted: 0, surprised: 0 };
      const held = recording.kept(event('a', startMs, { scores, smoothed: null }));
      return held?.type === 'emotion' ? held.smoothed?.happy : undefined;
    };
    // Before the agreement, with all that words reach back: neither held nor remembered.
    expect(kept(1000, 1)).toBeUndefined();
    expect(kept(20_000, 0.5)).toBe(0.5);
    expect(kept(21_000, 0.5)).toBe(0.5);
    const old = { neutral: 0, happy: 1, sad: 0, angry: 0, fearful: 0, disgusted: 0, surprised: 0 };
    const faces = [{ id: 'f', box: { x: 0, y: 0, width: 1, height: 1 }, judged: true, smoothed: old }];
    expect(recording.kept(event('a', 22_000, { faces }))).toMatchObject({ faces: [{ id: 'f', smoothed: null }] });
  });

  it('never holds anything of a time for which its person had not agreed, whatever they and the others do', () => {
    const people = ['a', 'b', 'c'];
    const step = fc.record({
      who: fc.constantFrom(...people),
      what: fc.constantFrom(
        'agree',
        'refuse',
        'withdraw',
        'leave',
        'join',
        'begin',
        'end',
        'declare',
        'undeclare',
        'late',
      ),
      ms: fc.integer({ min: 0, max: 6000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        let now = 100_000;
        const here = new Set<string>(people);
        /** By the model: since when somebody agrees to the recording that runs. */
        const since = new Map<string, number>();
        const declared = new Set<string>();
        const member = (participant: string): Recorded => ({ participant, notify: () => undefined });
        const recordings = new Recordings({
          audit: { write: () => undefined, close: () => Promise.resolve() },
          clock: () => now,
          smoothingMs: 0,
          members: () => [...here].map(member),
        });
        let running: Recording | undefined;
        let old = 'none';
        const sink = { leftOut: () => undefined, emptied: () => undefined, replaced: () => undefined };
        const away = (who: string) => {
          since.delete(who);
          declared.delete(who);
        };
        for (const { who, what, ms } of steps) {
          now += ms;
          if (what === 'join' && !here.has(who)) {
            here.add(who);
            recordings.ask('room', member(who));
          } else if (what === 'leave' && here.delete(who)) {
            away(who);
            recordings.left('room', who);
          } else if (what === 'withdraw') {
            away(who);
            recordings.withdrew('room', who);
          } else if (what === 'begin' && !running) {
            running = recordings.begin('room', 'x', sink);
            for (const one of declared) since.set(one, now);
          } else if (what === 'end' && running) {
            old = running.id;
            recordings.end(running);
            running = undefined;
            since.clear();
          } else if (what === 'agree' && running && here.has(who)) {
            recordings.answer('room', who, running.id, true);
            if (!since.has(who)) since.set(who, now);
          } else if (what === 'late' && here.has(who)) {
            // An answer to the one before.
            expect(() => recordings.answer('room', who, old, true)).toThrow(/is over/);
          } else if (what === 'refuse') {
            recordings.answer('room', who, running?.id ?? old, false);
            since.delete(who);
          } else if (what === 'declare' && here.has(who)) {
            recordings.declare('room', who, true);
            declared.add(who);
            if (running && !since.has(who)) since.set(who, now);
          } else if (what === 'undeclare') {
            recordings.declare('room', who, false);
            away(who);
          }
          for (const one of people) {
            for (const startMs of [now - 20_000, now - 1000, now]) {
              const kept = running?.kept(event(one, startMs, { voice: silent, words: silent })) ?? null;
              const from = since.get(one);
              expect(kept !== null, `${one} ${what}`).toBe(from !== undefined && startMs >= from);
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('on the socket', () => {
  let server: TestServer;
  afterEach(() => server.close());
  const recorder = (transcript = false) =>
    server.connect({ publish: false, subscribe: false, record: true, transcript });
  /** Of a person whose media are looked at alone, now. */
  const publish = (participant: string, atMs = Date.now()) => {
    const at = event(participant, atMs, faceOnly);
    return server.bus.publish(at as Parameters<typeof server.bus.publish>[0]);
  };

  it('asks everybody, also who comes later; holds who agrees, from then on, and nobody else', async () => {
    server = await startServer();
    const alice = await server.connect({}, { subject: 'alice' });
    await alice.join('Alice');
    const record = await recorder();
    await record.request('subscribe', { record: true });
    const asked = await alice.next('recording');
    expect(asked).toMatchObject({ room: 'room', agreed: false });
    expect(Object.keys(asked).sort()).toEqual(['agreed', 'recording', 'room', 'type']);
    const bob = await server.connect({}, { subject: 'bob' });
    await bob.join('Bob');
    expect(await bob.next('recording')).toEqual(asked);
    publish('alice');
    await alice.request('agreeToRecording', { recording: asked.recording ?? '', agreed: true });
    publish('alice', Date.now() - 5000);
    const first = publish('alice', Date.now() + 10);
    publish('bob', Date.now() + 10);
    expect((await record.next('emotion')).seq).toBe(first.seq);
    await alice.request('agreeToRecording', { recording: asked.recording ?? '', agreed: false });
    publish('alice', Date.now() + 10);
    // A round trip: whatever was to come has come.
    await record.request('getRouterCapabilities', {});
    expect(record.of('emotion')).toHaveLength(1);
    // What the others answered is theirs.
    expect(bob.of('recording')).toHaveLength(1);
    await record.request('unsubscribe', {});
    expect(await alice.next('recording', 1)).toMatchObject({ recording: null });
    expect(await alice.refused('agreeToRecording', { recording: asked.recording, agreed: true })).toMatchObject({
      code: 'WRONG_STATE',
    });
  });

  it('ends with what somebody withdraws of their consent, and is asked anew after they come back', async () => {
    server = await startServer();
    const record = await recorder();
    await record.request('subscribe', { record: true });
    const alice = await server.connect({}, { subject: 'alice' });
    await alice.join('Alice', ALL);
    const { recording } = await alice.next('recording');
    await alice.request('agreeToRecording', { recording: recording ?? '', agreed: true });
    publish('alice', Date.now() + 10);
    await record.next('emotion');
    await alice.request('setConsent', { consent: { ...ALL, face: false } });
    expect(await alice.next('recording', 1)).toMatchObject({ recording, agreed: false });
    publish('alice', Date.now() + 10);
    await alice.request('agreeToRecording', { recording: recording ?? '', agreed: true });
    await alice.request('leave', {});
    await alice.join('Alice', ALL);
    expect(await alice.next('recording', 2)).toMatchObject({ recording, agreed: false });
    publish('alice', Date.now() + 10);
    await record.request('getRouterCapabilities', {});
    expect(record.of('emotion')).toHaveLength(1);
  });

  it('is one a room; the same token that comes again takes the place of its own', async () => {
    server = await startServer();
    const record = await recorder();
    await record.request('subscribe', { record: true });
    const other = await recorder();
    expect(await other.refused('subscribe', { record: true })).toMatchObject({ code: 'WRONG_STATE' });
    const token = await server.token({ publish: false, subscribe: false, record: true }, { subject: 'r' });
    await record.request('unsubscribe', {});
    const one = await server.connect({ record: true, subscribe: false }, { token, subject: 'r' });
    await one.request('subscribe', { record: true });
    const two = await server.connect({ record: true, subscribe: false }, { token, subject: 'r' });
    await two.request('subscribe', { record: true });
    expect(await one.next('recording')).toMatchObject({ recording: null });
  });

  it('by the server: in a folder of its own, for its owner alone, until nobody is there', async () => {
    const folder = temporaryFolder({});
    server = await startServer({ recordings: folder });
    const record = await recorder();
    const alice = await server.connect({}, { subject: 'alice' });
    await alice.join('Alice', NONE);
    await record.request('startRecording', {});
    const { recording } = await alice.next('recording');
    await alice.request('agreeToRecording', { recording: recording ?? '', agreed: true });
    const told = publish('alice', Date.now() + 10);
    publish('bob', Date.now() + 10);
    await alice.request('leave', {});
    expect(server.server.rooms.open.size).toBe(0);
    await server.close();
    const [name = ''] = readdirSync(folder);
    expect(name).toMatch(/^\d{8}T\d{6}Z-room$/);
    const file = join(folder, name, 'events.jsonl');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as RoomEvent).seq)).toEqual([told.seq]);
  });
});

const faceOnly = {
  voice: { state: 'off', present: false, weight: 0, scores: null, quality: {} },
  words: { state: 'off', present: false, weight: 0, scores: null, quality: {} },
};
