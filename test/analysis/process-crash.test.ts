import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { callRecording } from '../../bench/support/call-recording.js';
import type { Recording } from '../../bench/support/index.js';
import type { SyntheticParticipant } from '../../bench/support/synthetic-participant.js';
import { EmotionFeed, requestToken } from '../../client/lib/index.js';
import { nodeSocket } from '../../client/lib/node.js';
import { systemClock } from '../../src/common/clock.js';
import { Call } from './support/call.js';
import { hasEnded, standbyOf } from './support/processes.js';

const ROOM = 'crash';
const SEEN = { face: true, voice: true, words: false };
const NOTHING = { face: false, voice: false, words: false };
const NAMES = ['ann', 'ben', 'cid', 'dot', 'eva', 'fay'];

let call: Call;
let recording: Recording;
const people = new Map<string, SyntheticParticipant>();
const feeds: EmotionFeed[] = [];
/** Windows: far from what a free machine takes (two at most) and a busy one (four at a load of ten), near what would be a fault. */
const MANY = 20;
const lost: unknown[] = [];

beforeAll(async () => {
  recording = callRecording();
  call = await Call.start(ROOM, { analysisProcesses: 1 });
  for (const name of NAMES) {
    people.set(name, await call.join(name, { recording, consent: SEEN, seed: people.size + 1 }));
    const server = call.app.server.url;
    const { token } = await requestToken(server, ROOM);
    const feed = new EmotionFeed({ server, token, socket: nodeSocket });
    feed.on('status', (status) => status.state !== 'open' && lost.push(status));
    await feed.start();
    feeds.push(feed);
  }
  for (const { peer } of people.values()) peer.start();
  await call.until('six faces', () => NAMES.every((name) => call.of('emotion', name).some(({ face }) => face.present)));
  lost.length = 0;
});
afterAll(async () => {
  for (const feed of feeds) feed.close();
  for (const person of people.values()) person.close();
  await call.close();
});

const pid = () => call.app.analyser.pids[0];
const standby = () => standbyOf(() => call.app.analyser.pids);
const newest = () => call.events.at(-1)?.seq ?? 0;

/** Everybody's face is seen in windows that began after this time; meanwhile each window had its event or is told as missed. */
async function seenAgain(names: string[], sinceMs: number): Promise<Map<string, number>> {
  const again = (name: string) => call.of('emotion', name).find((e) => e.window.start >= sinceMs && e.face.present);
  await call.until('faces again', () => names.every(again), 40_000);
  return new Map(names.map((name) => [name, unseen(name, sinceMs, again(name)!.window.start)]));
}

/** Windows without a face in a span. @throws when one of them is neither told of as missed nor has an event */
function unseen(name: string, fromMs: number, toMs: number): number {
  const windows = call.of('emotion', name).map((event) => event.window.start);
  const gaps = call.of('gap', name);
  let count = 0;
  // Not everybody's windows end at the same instant.
  const phase = windows[0]! % 1000;
  for (let start = Math.floor((fromMs - phase) / 1000) * 1000 + phase; start < toMs; start += 1000) {
    const told = gaps.some(({ window }) => window.start <= start && start < window.end);
    expect(told || windows.includes(start), `${name} ${String(start)}`).toBe(true);
    if (!call.of('emotion', name).some((e) => e.window.start === start && e.face.present)) count += 1;
  }
  return count;
}

async function bytesIn(): Promise<number> {
  // Of those who were there from the beginning: who joins later has sent less.
  const producers = NAMES.map((name) => people.get(name)!.peer.videoProducer!);
  const stats = await Promise.all(producers.map((producer) => producer.getStats()));
  return Math.min(...stats.map(([stat]) => stat?.byteCount ?? 0));
}

it('a native crash in a call of six: the call goes on, everybody has events again, and each window between is told', async () => {
  await standby();
  const before = await bytesIn();
  const killed = pid();
  const killedAt = systemClock();
  call.killProcess();
  await vi.waitUntil(() => pid() !== killed, { timeout: 60_000, interval: 5 });
  // Joined as it restarts: in the call at once, and analysed.
  const gus = await call.join('gus', { recording, consent: SEEN, seed: 9 });
  people.set('gus', gus);
  gus.peer.start();
  const without = await seenAgain(NAMES, killedAt);
  // How many windows that takes exactly is the machine's matter, and measured by `npm run chaos`.
  const counts = [...without.values()];
  console.log(`windows without a face: ${counts.join(', ')}`);
  for (const count of counts) expect(count).toBeLessThan(MANY);
  await call.until('the newcomer’s face', () => call.of('emotion', 'gus').some(({ face }) => face.present));
  expect(await bytesIn()).toBeGreaterThan(before);
  for (const { peer } of people.values())
    expect([peer.videoProducer?.closed, peer.audioProducer?.closed]).toEqual([false, false]);
  expect(lost).toEqual([]);
  expect(NAMES.flatMap((name) => call.of('end', name))).toEqual([]);
});

it('the process that waits dies: another waits in its place before it is needed', async () => {
  const waiting = await standby();
  process.kill(waiting, 'SIGKILL');
  await vi.waitUntil(() => hasEnded(waiting), { timeout: 60_000 });
  const next = await standby();
  expect(next).not.toBe(waiting);
  const killedAt = systemClock();
  const first = pid();
  call.killProcess();
  await vi.waitUntil(() => call.app.analyser.pids.includes(next), { timeout: 60_000 });
  expect(call.app.analyser.pids).not.toContain(first);
  await seenAgain(NAMES, killedAt);
});

it('two deaths in a row, the second of the process that has just taken over', async () => {
  const next = await standby();
  const killedAt = systemClock();
  call.killProcess();
  await vi.waitUntil(() => call.app.analyser.pids.includes(next), { timeout: 60_000, interval: 1 });
  process.kill(next, 'SIGSEGV');
  await seenAgain(NAMES, killedAt);
  expect(call.app.analyser.healthy).toBe(true);
  expect(lost).toEqual([]);
});

it('death while consent is withdrawn: nothing that was withdrawn comes afterwards, from whichever process', async () => {
  await standby();
  const ann = people.get('ann')!;
  call.killProcess();
  const withdrawn = ann.setConsent({ ...NOTHING, voice: true });
  const since = newest();
  await withdrawn;
  await call.until(
    'the voice alone',
    () => call.of('emotion', 'ann').filter(({ seq }) => seq > since).length >= 3,
    60_000,
  );
  for (const event of call.of('emotion', 'ann').filter(({ seq }) => seq > since)) {
    expect(event.face).toMatchObject({ state: 'off', present: false, scores: null });
  }
  const [held] = await call.app.analyser.inspect();
  expect(held?.participants).toBeLessThanOrEqual(people.size);
  await ann.setConsent(SEEN);
});

it('death while a tap is opened: it opens in the next process, and no transport is left over', async () => {
  for (const delay of [0, 10]) {
    await standby();
    const since = newest();
    const name = `late-${String(delay)}`;
    const joining = call.join(name, { recording, consent: SEEN, seed: 20 + delay });
    await new Promise((resolve) => setTimeout(resolve, delay));
    call.killProcess();
    const late = await joining;
    people.set(name, late);
    late.peer.start();
    await call.until(
      name,
      () =>
        call.of('emotion', name).some(({ seq, face, voice }) => seq > since && face.present && voice.state === 'live'),
      60_000,
    );
    late.close();
    people.delete(name);
  }
  // One transport a person (its sender), and one for each port that is in use; those of dead processes are closed.
  const ports = new Set(call.app.analyser.pids).size * people.size;
  // Closing is a message to the worker: what was closed a moment ago may still be in its answer.
  await vi.waitFor(
    async () => expect((await call.router.dump()).transportIds.length).toBeLessThanOrEqual(people.size + ports),
    { timeout: 60_000 },
  );
});
