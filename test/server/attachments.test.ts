import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as mediasoup from 'mediasoup';
import type { types } from 'mediasoup';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { type Consent, NO_CONSENT } from '../../src/common/consent.js';
import { findWorkerBinary } from '../../src/sfu/worker-binary.js';
import type { AttachedMember } from '../../src/server/index.js';
import { every, rtp, RtpSender, Vp8Stream } from '../sfu/support/rtp-sender.js';
import { ALL, gapEvent, startServer, type TestServer } from './support/test-server.js';

/** Somebody else's application: a worker of its own, with codecs and ways that are not ours. */
const CODECS: types.RouterRtpCodecCapability[] = [
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 },
  { kind: 'audio', mimeType: 'audio/PCMU', clockRate: 8000, preferredPayloadType: 0 },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
  {
    kind: 'video',
    mimeType: 'video/H264',
    clockRate: 90_000,
    // High profile: none that our own calls offer.
    parameters: { 'packetization-mode': 1, 'profile-level-id': '640c1f', 'level-asymmetry-allowed': 1 },
  },
];
const BOTH = { consent: { face: true, voice: true, words: false }, showWords: false };

const folder = mkdtempSync(join(tmpdir(), 'emostream-audit-'));
const audit = join(folder, 'audit.log');

let worker: types.Worker;
let router: types.Router;
let server: TestServer;
let sender: RtpSender;
let member: AttachedMember;
const stops: (() => void)[] = [];

beforeAll(async () => {
  worker = await startWorker();
  server = await startServer({ auditLog: audit });
});
afterAll(async () => {
  await server.close();
  worker.close();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  router = await worker.createRouter({ mediaCodecs: CODECS });
  sender = await RtpSender.create(router);
  member = attach();
});
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  member.close();
  sender.close();
  router.close();
});

function startWorker(): Promise<types.Worker> {
  const workerBin = findWorkerBinary();
  return mediasoup.createWorker({ logLevel: 'error', ...(workerBin ? { workerBin } : {}) });
}

const attach = (participant = 'ada') =>
  server.server.attachments.attach({ room: 'room', participant, name: 'Ada', router });
const analysed = () => server.analyser.of('ada');
const open = () => analysed().tracks.filter(({ closed }) => !closed);
const consumers = async () => (await router.dump()).mapConsumerIdProducerId.length;

/** A camera that sends without end. */
async function camera(): Promise<types.Producer> {
  const producer = await sender.vp8(8001);
  const stream = new Vp8Stream(sender, 8001, 1000);
  stops.push(every(20, () => stream.next(true)));
  return producer;
}

async function microphone(): Promise<types.Producer> {
  const producer = await sender.opus(7001);
  let sequence = 1;
  const payload = Buffer.from([0xfc, 0xff, 0xfe]);
  const next = () => sender.send(rtp({ payloadType: 111, sequence, timestamp: 960 * sequence++, ssrc: 7001, payload }));
  stops.push(every(20, next));
  return producer;
}

it('analyses nothing before consent, what is consented to after it, and nothing as soon as it is withdrawn', async () => {
  await member.participant.add(await camera());
  await member.participant.add(await microphone());
  expect(analysed().tracks).toEqual([]);
  expect(await consumers()).toBe(0);

  await member.consent.set({ consent: { ...NO_CONSENT, voice: true }, showWords: false });
  await server.analyser.until(() => open()[0]?.packets.length);
  expect(open().map(({ info }) => info.source)).toEqual(['microphone']);

  await member.consent.set(BOTH);
  await server.analyser.until(() => open().some(({ info, packets }) => info.source === 'camera' && packets.length > 0));
  const { generation } = member.consent.state;
  expect(member.consent.withdraw()).toMatchObject({ generation: generation + 1, consent: NO_CONSENT });
  // At once, and not when the worker has answered.
  expect(open()).toEqual([]);
  expect(analysed().consents.at(-1)).toEqual(NO_CONSENT);
  await vi.waitUntil(async () => (await consumers()) === 0);

  // What was asked for before the withdrawal and comes late cannot undo it.
  await expect(member.consent.set(BOTH, generation)).rejects.toMatchObject({ code: 'WRONG_STATE' });
  expect(open()).toEqual([]);
});

it.each([
  ['nobody listens for', false],
  ['they listen for', true],
])('leaves the application as it was: producers, transports, and trace events that %s', async (_, listening) => {
  const producer = await camera();
  await producer.enableTraceEvent(['rtp', 'keyframe']);
  if (listening) producer.on('trace', () => undefined);
  const traced = vi.spyOn(producer, 'enableTraceEvent');
  const before = await router.dump();
  await member.participant.add(producer);
  await member.consent.set(BOTH);
  await server.analyser.until(() => open()[0]?.packets.length);
  expect(traced.mock.calls).toEqual([[['rtp', 'keyframe', 'sr']]]);
  member.close();
  // Of what they may have asked for themselves nothing is taken away.
  await vi.waitUntil(() => listening || traced.mock.calls.length === 2);
  await vi.waitUntil(async () => (await consumers()) === 0);
  expect(await router.dump()).toEqual(before);
  expect(traced.mock.calls.slice(1)).toEqual(listening ? [] : [[['rtp', 'keyframe']]]);
  expect(producer.closed).toBe(false);
});

it('follows producers that are paused, removed, closed and added, and a track that is set aside', async () => {
  const [video, audio] = [await camera(), await microphone()];
  await member.participant.add(video);
  await member.participant.add(audio);
  await member.consent.set(BOTH);
  const track = (source: string) => open().find(({ info }) => info.source === source);
  await server.analyser.until(() => track('camera')?.packets.length && track('microphone')?.packets.length);
  await audio.pause();
  await server.analyser.until(() => track('microphone')?.paused);
  await audio.resume();
  await server.analyser.until(() => track('microphone')?.paused === false);

  member.participant.remove(audio.id);
  expect(track('microphone')).toBeUndefined();
  expect(audio.closed).toBe(false);
  await member.participant.add(audio);
  await server.analyser.until(() => track('microphone')?.packets.length);

  // Another camera of theirs is refused while there is one, and taken when that has closed.
  const other = await sender.vp8(8002);
  await expect(member.participant.add(other)).rejects.toMatchObject({ code: 'WRONG_STATE' });
  video.close();
  await server.analyser.until(() => !track('camera'));
  await member.participant.add(other);
  await server.analyser.until(() => track('camera'));

  // Too much for analysis: that ends, and the sender's call does not.
  track('camera')!.control.flood();
  expect(track('camera')).toBeUndefined();
  expect(other.closed).toBe(false);
  expect(analysed().problems.at(-1)).toEqual({ source: 'camera', problem: 'packet-rate' });
});

it('takes H.264 in a profile that our own calls do not offer, and refuses a codec that cannot be decoded', async () => {
  const video = await sender.transport.produce({
    kind: 'video',
    rtpParameters: {
      codecs: [{ mimeType: 'video/H264', payloadType: 97, clockRate: 90_000, parameters: CODECS[3]!.parameters! }],
      encodings: [{ ssrc: 9001 }],
    },
  });
  await member.participant.add(video);
  await member.consent.set(BOTH);
  expect(open().map(({ info }) => info.codec)).toEqual(['H264']);
  const telephone = await sender.transport.produce({
    kind: 'audio',
    rtpParameters: {
      codecs: [{ mimeType: 'audio/PCMU', payloadType: 0, clockRate: 8000 }],
      encodings: [{ ssrc: 9002 }],
    },
  });
  await expect(member.participant.add(telephone)).rejects.toMatchObject({
    code: 'UNSUPPORTED_MEDIA',
    message: expect.stringContaining('audio/PCMU') as string,
  });
  expect(telephone.closed).toBe(false);
});

it('has one of an id in a room, be they attached or in a call of ours', async () => {
  expect(() => attach()).toThrow(expect.objectContaining({ code: 'WRONG_STATE' }));
  const ada = await server.connect({}, { subject: 'ada' });
  await expect(ada.join('Ada', ALL)).rejects.toThrow('WRONG_STATE');
  const bob = await server.connect({}, { subject: 'bob' });
  await bob.join('Bob', ALL);
  expect(() => attach('bob')).toThrow(expect.objectContaining({ code: 'WRONG_STATE' }));
  member.close();
  await ada.join('Ada', ALL);
  await ada.request('leave', {});
});

it('is told of in the roster, by name where that may be seen, and each change of consent is recorded', async () => {
  const eve = attach('eve');
  await eve.consent.set(BOTH);
  const names = [];
  for (const grants of [{ names: true }, {}]) {
    const subscriber = await server.connect({ publish: false, ...grants });
    const { participants } = await subscriber.request('roster', {});
    const found = participants.find(({ participant }) => participant === 'eve');
    expect(found?.consent).toEqual(BOTH.consent);
    names.push(found?.name);
  }
  expect(names).toEqual(['Ada', null]);
  eve.consent.withdraw({ voice: true });
  eve.close();
  const records = () =>
    readFileSync(audit, 'utf8')
      .split('\n')
      .filter((line) => line.includes('"eve"'))
      .map((line) => JSON.parse(line) as { event: string; room: string; consent: Consent });
  await vi.waitUntil(() => records().length === 4);
  expect(records().map(({ event, consent }) => [event, consent])).toEqual([
    ['join', NO_CONSENT],
    ['consent', BOTH.consent],
    ['consent', { face: true, voice: false, words: false }],
    ['leave', NO_CONSENT],
  ]);
  expect(readFileSync(audit, 'utf8')).not.toContain('Ada');
});

it('lets words be read by those who may, and takes them back', async () => {
  const [reader, other] = [await server.connect({ transcript: true }), await server.connect()];
  for (const client of [reader, other]) await client.request('subscribe', {});
  const heard: string[] = [];
  member.participant.on('words', ({ text }) => heard.push(text));
  const now = Date.now();
  const said = {
    segment: 1,
    text: 'hello there',
    startMs: now - 900,
    endMs: now,
    final: true,
    source: 'voice',
  } as const;
  await member.consent.set({ consent: ALL, showWords: false });
  analysed().say(said);
  await member.consent.set({ consent: ALL, showWords: true });
  analysed().say(said);
  expect(await reader.next('words')).toMatchObject({ participant: 'ada', text: 'hello there' });
  member.consent.withdraw({ words: true });
  analysed().say(said);
  await reader.next('wordsWithdrawn');
  expect(heard).toEqual(['hello there']);
  expect(reader.of('words')).toHaveLength(1);
  await other.request('roster', {});
  expect(other.of('words')).toEqual([]);
});

it('takes captions with consent to words alone, of a time and a length that can be', async () => {
  const now = Date.now();
  const caption = { text: ' hello ', startMs: now - 900, endMs: now - 100 };
  expect(() => member.caption(caption, now)).toThrow(expect.objectContaining({ code: 'CONSENT_REQUIRED' }));
  await member.consent.set({ consent: { ...NO_CONSENT, words: true }, showWords: false });
  member.caption(caption, now);
  expect(analysed().captions).toEqual([{ ...caption, text: 'hello', arrivalMs: now }]);
  const wrong = [
    { text: ' ' },
    { text: 'x'.repeat(1001) },
    { endMs: now - 1000 },
    { startMs: NaN },
    { endMs: now + 60_000 },
  ];
  for (const part of wrong) {
    expect(() => member.caption({ ...caption, ...part }, now)).toThrow(
      expect.objectContaining({ code: 'BAD_MESSAGE' }),
    );
  }
});

it('is under moderators as those in calls are', async () => {
  const moderator = await server.connect({ publish: false, moderate: true });
  const dee = attach('dee');
  const analysed = () => server.analyser.of('dee');
  await dee.participant.add(await camera());
  await dee.consent.set(BOTH);
  await moderator.request('stopAnalysis', { participant: 'dee' });
  expect(analysed().tracks.filter(({ closed }) => !closed)).toEqual([]);
  await expect(dee.consent.set(BOTH)).rejects.toMatchObject({ code: 'POLICY_FORBIDS' });
  await moderator.request('allowAnalysis', { participant: 'dee' });
  await dee.consent.set(BOTH);
  expect(analysed().tracks.filter(({ closed }) => !closed)).toHaveLength(1);
  await moderator.request('removeParticipant', { participant: 'dee' });
  expect(analysed().closed).toBe('removed');
  expect(() => attach('dee')).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  await moderator.request('endRoom', {});
  expect(member.participant.closed).toBe(true);
});

it('ends with its router, and takes nobody more on it', async () => {
  await member.participant.add(await camera());
  await member.consent.set(BOTH);
  router.close();
  expect(member.participant.closed).toBe(true);
  expect(analysed().closed).toBe('left');
  expect(server.server.attachments.size).toBe(0);
  await expect(member.consent.set(BOTH)).rejects.toMatchObject({ code: 'CLOSED' });
  expect(() => attach()).toThrow(expect.objectContaining({ code: 'CLOSED' }));
});

it('ends with its worker', async () => {
  await member.participant.add(await camera());
  await member.consent.set(BOTH);
  process.kill(worker.pid, 'SIGKILL');
  await server.analyser.until(() => analysed().closed);
  expect(analysed().closed).toBe('worker-died');
  expect(server.server.attachments.size).toBe(0);
  worker = await startWorker();
});

it('is in a recording only where its application said so, until something is withdrawn', async () => {
  await member.consent.set(BOTH);
  const record = await server.connect({ publish: false, subscribe: false, record: true });
  await record.request('subscribe', { record: true });
  const tell = () => server.bus.publish(gapEvent('room', member.participant.id, Date.now() + 10)).seq;
  tell();
  member.agreeToRecording(true);
  const held = [tell()];
  await record.request('unsubscribe', {});
  // It holds for the next one, too.
  await record.request('subscribe', { record: true });
  held.push(tell());
  member.consent.withdraw({ face: true });
  tell();
  await record.request('unsubscribe', {});
  expect(record.of('gap').map(({ seq }) => seq)).toEqual(held);
});
