import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { callRecording } from '../../bench/support/call-recording.js';
import type { Recording } from '../../bench/support/index.js';
import { EmotionFeed, type Missed, requestToken, type RoomEvent } from '../../client/lib/index.js';
import { nodeSocket } from '../../client/lib/node.js';
import { BatchRunner } from '../../src/inference/batch-runner.js';
import { EngineThread } from '../../src/inference/engine-thread.js';
import { Call } from './support/call.js';

const ROOM = 'consent';
const ALL = { face: true, voice: true, words: true };
const SEEN = { ...ALL, words: false };
const NOTHING = { face: false, voice: false, words: false };
const PULSES = 6;

let call: Call;
let recording: Recording;
beforeAll(async () => {
  recording = callRecording();
  call = await Call.start(ROOM, { journalRetention: 1, seatHold: 1 });
});
afterAll(() => call.close());

/** What a stranger is given who comes later and asks for everything. */
async function stranger(): Promise<{ epoch: string; lastSeq: number; events: RoomEvent[]; missed: Missed[] }> {
  const server = call.app.server.url;
  const { token } = await requestToken(server, ROOM);
  const feed = new EmotionFeed({ server, token, socket: nodeSocket });
  const events: RoomEvent[] = [];
  const missed: Missed[] = [];
  feed.on('event', (event) => events.push(event));
  feed.on('missed', (range) => missed.push(range));
  const { epoch, lastSeq } = await feed.start({ sinceSeq: 0 });
  await vi.waitUntil(() => (feed.place?.sinceSeq ?? 0) >= lastSeq, { timeout: 60_000 });
  feed.close();
  return { epoch, lastSeq, events, missed };
}

it('with face and voice withdrawn and nothing said, no field holds what was seen before', async () => {
  const ann = await call.join('ann', { recording, consent: ALL });
  ann.peer.start();
  await call.until('a face', () => call.of('emotion', 'ann').some((event) => event.smoothed && event.face.present));
  await ann.setConsent({ ...NOTHING, words: true });
  const seq = call.events.at(-1)?.seq ?? 0;
  const after = await call.until('two more seconds', () => {
    const events = call.of('emotion', 'ann').filter((event) => event.seq > seq);
    return events.length >= 2 && events;
  });
  for (const event of after) {
    expect(event).toMatchObject({ label: null, scores: null, smoothed: null, valence: null });
    expect(event.face).toMatchObject({ state: 'off', present: false, scores: null, quality: {}, box: null });
    expect(event.voice).toMatchObject({ state: 'off', present: false, scores: null, quality: {} });
  }
  ann.close();
});

it('withdrawn and given again within milliseconds while a window is in the engine: that window never comes', async () => {
  const ben = await call.join('ben', { recording, consent: SEEN });
  const pulsed = new Set<number>();
  const submit = BatchRunner.prototype.submit;
  const run = EngineThread.prototype.run;
  /** Starts of ben's windows that were handed to inference and have not come back. */
  const underWay = new Set<number>();
  const submits = vi.spyOn(BatchRunner.prototype, 'submit').mockImplementation(function (this: BatchRunner, window) {
    const { startMs } = window.features;
    const outcome = submit.call(this, window);
    if (window.participant !== 'ben') return outcome;
    underWay.add(startMs);
    return outcome.finally(() => underWay.delete(startMs));
  });
  const runs = vi.spyOn(EngineThread.prototype, 'run').mockImplementation(function (this: EngineThread, windows) {
    const scores = run.call(this, windows);
    const [startMs] = underWay;
    if (startMs === undefined || pulsed.size >= PULSES) return scores;
    // All of it, or the face alone: then the analysis of the voice goes on all the while.
    pulsed.add(startMs);
    void ben.setConsent({ ...NOTHING, voice: pulsed.size % 2 === 0 });
    void ben.setConsent(SEEN);
    return scores;
  });
  ben.peer.start();
  await call.until('a result after all pulses', () => {
    const last = Math.max(...pulsed);
    return pulsed.size === PULSES && call.of('emotion', 'ben').some((event) => event.window.start > last);
  });
  submits.mockRestore();
  runs.mockRestore();
  const published = call.of('emotion', 'ben').map((event) => event.window.start);
  for (const start of pulsed) expect(published).not.toContain(start);
  ben.close();
}, 120_000);

it('who comes later and asks for the past is given nothing of who withdrew or left, and after a while not even numbers', async () => {
  const cid = await call.join('cid', { recording, consent: SEEN });
  cid.peer.start();
  await call.until('results', () => call.of('emotion', 'cid').length >= 2);
  const before = await stranger();
  expect(before.events.some((event) => event.type === 'emotion' && event.participant === 'cid')).toBe(true);

  await cid.setConsent({ ...SEEN, face: false });
  const withdrawn = await stranger();
  const results = withdrawn.events.filter((event) => event.participant === 'cid' && event.type === 'emotion');
  expect(results.every((event) => event.seq > before.lastSeq)).toBe(true);
  expect(withdrawn.missed.some(({ reason }) => reason === 'forgotten')).toBe(true);

  cid.close();
  const left = await stranger();
  expect(left.events.filter((event) => event.participant === 'cid').map((event) => event.type)).toEqual(['end']);
  await vi.waitUntil(async () => (await stranger()).epoch !== before.epoch, { timeout: 60_000, interval: 200 });
  expect(await stranger()).toMatchObject({ lastSeq: 0, events: [], missed: [] });
});
