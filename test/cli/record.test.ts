import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RoomEvent } from '../../src/events/schema.js';
import { eventsOf } from '../../src/files/event-file.js';
import { linesOf } from '../../src/files/line-file.js';
import { Series } from '../../src/report/series.js';
import { type Words, wordsSchema } from '../../src/server/protocol.js';
import { CLIENT_CAPABILITIES } from '../../src/sfu/index.js';
import type { ShownWords } from '../../src/sfu/types.js';
import type { TestClient } from '../server/support/test-client.js';
import { emotionEvent } from '../server/support/emotion-event.js';
import { ALL, startServer, type TestServer } from '../server/support/test-server.js';
import { Recorder } from '../sfu/support/recorder.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { MAIN } from './support/serve-process.js';

/** The server's own recordings. */
const kept = mkdtempSync(join(tmpdir(), 'emostream-test-'));
let server: TestServer;
beforeAll(async () => {
  server = await startServer({ recordings: kept });
});
afterAll(async () => {
  await server.close();
  rmSync(kept, { recursive: true });
});

/** A command of ours, and what it says. */
class Command extends Recorder {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly ended: Promise<number | null>;

  constructor(cwd: string, args: string[], token: string) {
    super();
    const { port } = server.server;
    const all = [MAIN, ...args, '--server', `http://127.0.0.1:${port}`];
    this.child = spawn(process.execPath, all, { cwd, env: { ...process.env, EMOSTREAM_TOKEN: token } });
    this.child.stdout?.on('data', (part: Buffer) => {
      this.stdout += part.toString();
      this.changed();
    });
    this.child.stderr?.on('data', (part: Buffer) => {
      this.stderr += part.toString();
      this.changed();
    });
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
  }

  said(text: string): Promise<true> {
    return this.until(() => (this.stderr + this.stdout).includes(text) || undefined);
  }
}

const recordToken = (transcript = false) =>
  server.token({ publish: false, subscribe: false, record: true, transcript }, { subject: 'recorder' });
const off = { state: 'off' as const, present: false, weight: 0, scores: null, quality: {} };
let second = 0;
/** What is measured of somebody's face, a second each: the first one begins in a moment. */
const measure = (participant: string): RoomEvent => {
  const start = Date.now() + 10 + second++ * 1000;
  const event = { ...emotionEvent(0), participant, window: { start, end: start + 1000 }, voice: off, words: off };
  return server.bus.publish(event as Parameters<TestServer['bus']['publish']>[0]);
};
/** Of the recording that they are told of as the index-th of all that they are told. */
const agree = async (client: TestClient, index: number) => {
  const { recording } = await client.next('recording', index);
  await client.request('agreeToRecording', { recording: recording ?? '', agreed: true });
};
/** The file holds so many whole lines. */
const holds = async (path: string, count: number): Promise<RoomEvent[]> => {
  for (;;) {
    const events = existsSync(path) ? [...eventsOf(path)] : [];
    if (events.length >= count) return events;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

/** Some who speak: who agrees to be recorded, and who shows their words, is not the same. */
async function speakers() {
  const come = async (subject: string, showWords: boolean) => {
    const client = await server.connect({}, { subject });
    const rtpCapabilities = CLIENT_CAPABILITIES as never;
    await client.request('join', { name: subject, consent: ALL, showWords, rtpCapabilities });
    return client;
  };
  return { both: await come('both', true), hides: await come('hides', false), refuses: await come('refuses', true) };
}
const say = (participant: string, text: string, parts: Partial<ShownWords> = {}) => {
  const startMs = Date.now() + 10;
  const words: ShownWords = { segment: 1, text, startMs, endMs: startMs + 500, final: true, source: 'voice' };
  server.analyser.of(participant).say({ ...words, ...parts });
};
/** All but the last two are of people, or of a time, without what it takes. */
const sayAll = () => {
  say('hides', 'of who agrees and hides them');
  say('refuses', 'of who shows them and does not agree');
  say('both', 'from before', { startMs: Date.now() - 5000 });
  say('both', 'a part', { final: false });
  say('both', 'said at last');
  say('both', 'said after all');
};
const wordsIn = (folder: string): Words[] => {
  const path = join(folder, 'words.jsonl');
  return existsSync(path) ? [...linesOf(path)].map((line) => wordsSchema.parse(JSON.parse(line))) : [];
};
const saidIn = (folder: string) => wordsIn(folder).map(({ participant, text }) => [participant, text]);
const SAID = [
  ['both', 'said at last'],
  ['both', 'said after all'],
];

it('has the words of who agrees and shows them, of nobody else, and only where the token grants them', async () => {
  const { both, hides, refuses } = await speakers();
  for (const [index, transcript] of [true, false].entries()) {
    const folder = temporaryFolder();
    const token = await recordToken(transcript);
    const record = new Command(folder, ['record', 'room', '--out', 'events.jsonl'], token);
    await record.said('of those who agree');
    // Each recording begins and ends.
    await agree(both, 2 * index);
    await agree(hides, 2 * index);
    sayAll();
    measure('both');
    measure('hides');
    await holds(join(folder, 'events.jsonl'), 2);
    if (transcript) await expect.poll(() => saidIn(folder)).toEqual(SAID);
    record.child.kill('SIGINT');
    expect(await record.ended).toBe(0);
    expect(saidIn(folder)).toEqual(transcript ? SAID : []);
    if (transcript) expect(statSync(join(folder, 'words.jsonl')).mode & 0o777).toBe(0o600);
    await both.next('recording', 2 * index + 1);
  }
  await Promise.all([both, hides, refuses].map((client) => client.request('leave', {})));
}, 60_000);

it('lets the server record, and ends that: the same results and words', async () => {
  const { both, hides, refuses } = await speakers();
  const onServer = async (more: string[], transcript: boolean) => {
    const command = new Command(kept, ['record', 'room', '--on-server', ...more], await recordToken(transcript));
    return { status: await command.ended, said: command.stderr };
  };
  for (const [index, transcript] of [true, false].entries()) {
    const before = new Set(readdirSync(kept));
    expect(await onServer([], transcript)).toEqual({ status: 0, said: expect.stringContaining('--stop') as string });
    expect(await onServer([], transcript)).toMatchObject({
      ...{ status: 1, said: expect.stringContaining('[WRONG_STATE]') as string },
    });
    await agree(both, 2 * index);
    await agree(hides, 2 * index);
    const told = [measure('both'), measure('hides')];
    measure('refuses');
    sayAll();
    expect(await onServer(['--stop'], transcript)).toMatchObject({ status: 0 });
    // Whoever was asked is told that it is over.
    expect(await refuses.next('recording', 2 * index + 1)).toMatchObject({ recording: null });
    measure('both');
    const [name = '', ...more] = readdirSync(kept).filter((each) => !before.has(each));
    expect(more).toEqual([]);
    const folder = join(kept, name);
    expect([...eventsOf(join(folder, 'events.jsonl'))].map(({ seq }) => seq)).toEqual(told.map(({ seq }) => seq));
    expect(existsSync(join(folder, 'words.jsonl'))).toBe(transcript);
    expect(saidIn(folder)).toEqual(transcript ? SAID : []);
  }
  // There is nothing to end.
  expect(await onServer(['--stop'], false)).toMatchObject({ status: 0 });
  await Promise.all([both, hides, refuses].map((client) => client.request('leave', {})));
}, 60_000);

it('records those who agree; what was told is there after a kill, a torn line is no loss, and the report is the same', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'events.jsonl');
  const alice = await server.connect({}, { subject: 'alice' });
  await alice.join('Alice', ALL);
  const bob = await server.connect({}, { subject: 'bob' });
  await bob.join('Bob', ALL);
  const record = new Command(folder, ['record', 'room', '--out', 'events.jsonl'], await recordToken());
  await record.said('of those who agree');
  await agree(alice, 0);
  const told = [measure('alice')];
  measure('bob');
  told.push(measure('alice'));
  expect((await holds(file, 2)).map(({ seq }) => seq)).toEqual(told.map(({ seq }) => seq));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  record.child.kill('SIGKILL');
  await record.ended;
  appendFileSync(file, '{"type":"emotion","room":"ro');

  // What is there is not written over, and gone on with only when that is wanted.
  const again = new Command(folder, ['record', 'room', '--out', 'events.jsonl'], await recordToken());
  expect(await again.ended).toBe(2);
  expect(again.stderr).toContain('CONFIG_INVALID');
  const more = new Command(folder, ['record', 'room', '--out', 'events.jsonl', '--append'], await recordToken());
  await more.said('of those who agree');
  // The killed one's recording ended; of this one she is asked anew.
  const asked = await alice.until(() => alice.of('recording').findLast(({ recording }) => recording !== null));
  expect(asked.agreed).toBe(false);
  await alice.request('agreeToRecording', { recording: asked.recording ?? '', agreed: true });
  told.push(measure('alice'));
  const events = await holds(file, 3);
  more.child.kill('SIGINT');
  expect(await more.ended).toBe(0);

  const [of, as] = [new Series(), new Series()];
  for (const event of told) of.add(event);
  for (const event of events) as.add(event);
  // Smoothed scores begin with the agreement.
  const plain = ({ people, seconds, originMs }: Series) => [
    people.map((one) => ({ ...one, smoothed: 0 })),
    seconds,
    originMs,
  ];
  expect(plain(as)).toEqual(plain(of));
  const report = spawn(process.execPath, [MAIN, 'report', 'events.jsonl'], { cwd: folder });
  expect(await new Promise((resolve) => report.once('close', resolve))).toBe(0);
  expect(readFileSync(join(folder, 'events.csv'), 'utf8')).toContain('alice');
  await Promise.all([alice.request('leave', {}), bob.request('leave', {})]);
}, 60_000);

it('puts full files aside, and reads them as one', async () => {
  const folder = temporaryFolder();
  const alice = await server.connect({}, { subject: 'alice' });
  await alice.join('Alice', ALL);
  const long = join(folder, 'new', 'long.jsonl');
  const args = ['record', 'room', '--out', 'new/long.jsonl', '--rotate', '0.01'];
  const record = new Command(folder, args, await recordToken());
  await record.said('of those who agree');
  await agree(alice, 0);
  const seqs: number[] = [];
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 10; i++) seqs.push(measure('alice').seq);
    await holds(long, seqs.length);
  }
  record.child.kill('SIGTERM');
  expect(await record.ended).toBe(0);
  expect(record.stderr).toContain('30 events were recorded');
  expect(existsSync(join(folder, 'new', 'long.1.jsonl'))).toBe(true);
  expect([...eventsOf(long)].map(({ seq }) => seq)).toEqual(seqs);
  await alice.request('leave', {});
}, 60_000);

it('takes the grant, and says so', async () => {
  const token = await server.token({ publish: true, subscribe: true });
  const record = new Command(temporaryFolder(), ['record', 'room', '--out', 'x.jsonl'], token);
  expect(await record.ended).toBe(1);
  expect(record.stderr).toMatch(/--record.*\[FORBIDDEN\]/);
}, 60_000);

it('replays a recording to whoever watches, and not where people are', async () => {
  const lines = [0, 1, 2].map((at) => JSON.stringify({ ...emotionEvent(at, 'old'), epoch: 'e', seq: at + 1 }));
  const folder = temporaryFolder({ 'events.jsonl': `${lines.join('\n')}\n{"torn` });
  const token = await server.token({ publish: false, subscribe: false, replay: true });
  const watch = new Command(folder, ['watch', 'room', '--json'], await server.token({ publish: false }));
  const replay = () => new Command(folder, ['replay', 'events.jsonl', '--room', 'room', '--speed', '20'], token);
  // It says nothing with --json: a first event shows that it listens.
  await watch.until(() => {
    if (watch.stdout.includes('"media"')) return true;
    server.bus.publish({ type: 'media', room: 'room', participant: 'x', at: 0, source: 'camera', problem: null });
    setTimeout(() => watch.changed(), 100);
    return undefined;
  });
  const first = replay();
  expect(await first.ended).toBe(0);
  expect(first.stderr).toContain('3 events were published');
  await watch.said('replay-ended');
  const told = watch.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as RoomEvent);
  const replayed = told.filter(({ type }) => type !== 'media');
  expect(replayed.map(({ type }) => type)).toEqual(['begin', 'emotion', 'emotion', 'emotion', 'end']);
  for (const event of replayed)
    expect(event).toMatchObject({ source: 'replay', room: 'room', participant: 'replay.alice' });
  watch.child.kill('SIGINT');
  await watch.ended;
  const alice = await server.connect({}, { subject: 'alice' });
  await alice.join('Alice', ALL);
  const refused = replay();
  expect(await refused.ended).toBe(1);
  expect(refused.stderr).toContain('ROOM_IN_USE');
}, 60_000);
