import { once } from 'node:events';
import type { types } from 'mediasoup';
import { afterEach, expect, test } from 'vitest';
import { CLIENT_CAPABILITIES, MEDIA_CODECS, WorkerPool } from '../../src/sfu/index.js';
import { findWorkerBinary } from '../../src/sfu/worker-binary.js';
import { RecordingMeter } from './support/recording-meter.js';
import { RtpSender } from './support/rtp-sender.js';
import { type Sfu, silentLogger, startSfu } from './support/sfu-fixture.js';

let sfu: Sfu | undefined;
afterEach(() => sfu?.pool.close());

function workerPid({ pool }: Sfu, index: number): number {
  const worker = pool.workers.find((candidate) => candidate.index === index);
  if (!worker) throw new Error('no such worker');
  return worker.worker.pid;
}

test('a killed worker is replaced, its room closes, rooms on others live on', async () => {
  sfu = await startSfu(2);
  const first = await sfu.openRoom('first');
  const second = await sfu.openRoom('second');
  const alice = first.join('alice', CLIENT_CAPABILITIES);
  second.join('bob', CLIENT_CAPABILITIES);
  await alice.setConsent({ face: true, voice: true, words: true });
  const sender = await RtpSender.create(first.router);
  await alice.adopt(await sender.opus(7001), 'microphone');
  expect(sfu.analyser.openTracks).toHaveLength(1);

  const restarted = once(sfu.pool, 'restarted');
  const closed = once(first, 'closed');
  process.kill(workerPid(sfu, 0), 'SIGKILL');
  expect(await closed).toEqual(['worker-died']);
  expect(alice.closed).toBe(true);
  expect(sfu.analyser.of('alice').closed).toBe('worker-died');
  expect(sfu.analyser.openTracks).toEqual([]);
  expect(second.closed).toBe(false);

  await restarted;
  expect(sfu.pool.alive).toBe(2);
  expect(sfu.meter.value('emostream_worker_restarts_total', { worker: 'mediasoup' })).toBe(1);
  expect(sfu.meter.value('emostream_taps', { modality: 'voice' })).toBe(0);
  const again = await sfu.openRoom('again');
  again.join('alice', CLIENT_CAPABILITIES);
  sender.close();
});

test('a room that opens while no worker runs waits for the replacement', async () => {
  sfu = await startSfu(1);
  const died = once(sfu.pool, 'died');
  process.kill(workerPid(sfu, 0), 'SIGKILL');
  await died;
  expect(sfu.pool.alive).toBe(0);
  const room = await sfu.openRoom('patient');
  expect(room.closed).toBe(false);
});

test('rooms spread over the workers', async () => {
  sfu = await startSfu(2);
  for (const id of ['a', 'b', 'c', 'd']) await sfu.openRoom(id);
  expect(sfu.pool.workers.map((worker) => worker.rooms)).toEqual([2, 2]);
});

test('a room goes to the worker with the fewest consumers, not the fewest rooms', async () => {
  sfu = await startSfu(2);
  const crowded = await sfu.openRoom('crowded');
  for (const id of ['a', 'b', 'c']) crowded.join(id, CLIENT_CAPABILITIES);
  for (const id of ['second', 'third']) (await sfu.openRoom(id)).join('one', CLIENT_CAPABILITIES);
  expect(sfu.pool.workers.map(({ rooms, load }) => [rooms, load.reserved])).toEqual([
    [1, 18],
    [2, 4],
  ]);
});

test('consumers are counted as they come and go, taps too, and those of a dead worker are gone', async () => {
  sfu = await startSfu(1);
  const { meter, pool } = sfu;
  const counted = () => meter.value('emostream_worker_consumers', { worker: '0' });
  expect(counted()).toBe(0);
  const room = await sfu.openRoom('room');
  const sender = await RtpSender.create(room.router);
  const people = ['a', 'b', 'c'].map((id) => room.join(id, CLIENT_CAPABILITIES));
  const tracks = [];
  for (const [n, person] of people.entries()) {
    await person.setConsent({ face: true, voice: true, words: true });
    tracks.push({ person, ...(await person.adopt(await sender.opus(7000 + n), 'microphone')) });
    tracks.push({ person, ...(await person.adopt(await sender.vp8(8000 + n), 'camera')) });
  }
  expect(counted()).toBe(6);
  for (const person of people) {
    const { id } = await person.createTransport('recv');
    for (const track of tracks) if (track.person !== person) await person.consume(id, track.producerId);
  }
  // Everybody sends all, sees all and is analysed: exactly what their seats reserved.
  const [worker] = pool.workers;
  expect([counted(), worker?.load.consumers, worker?.load.reserved]).toEqual([18, 18, 18]);
  people[0]!.close('left');
  expect(worker?.load.reserved).toBe(8);
  // The worker itself says which consumers went with the producers.
  await expect.poll(counted).toBe(8);
  const closed = once(room, 'closed');
  const restarted = once(pool, 'restarted');
  process.kill(workerPid(sfu, 0), 'SIGKILL');
  await closed;
  expect(worker?.load.reserved).toBe(0);
  await restarted;
  expect([counted(), pool.workers[0]?.load.carried]).toEqual([0, 0]);
  sender.close();
});

test('who would be more than the worker carries is refused and counted, until somebody has left', async () => {
  // Rooms of four and of one: 32 + 2.
  sfu = await startSfu(1, { maxConsumersPerWorker: 34 });
  const room = await sfu.openRoom('large');
  const [first] = ['a', 'b', 'c', 'd'].map((id) => room.join(id, CLIENT_CAPABILITIES));
  const refusal = { code: 'LIMIT_REACHED', message: expect.stringContaining('maxConsumersPerWorker') as string };
  const codeOf = (join: () => unknown) => expect(join).toThrow(expect.objectContaining(refusal));
  codeOf(() => room.join('e', CLIENT_CAPABILITIES));
  const other = await sfu.openRoom('other');
  const alone = other.join('a', CLIENT_CAPABILITIES);
  codeOf(() => other.join('b', CLIENT_CAPABILITIES));
  expect(sfu.meter.value('emostream_refused_total', { what: 'consumer' })).toBe(2);
  // A join that fails for another reason reserves nothing.
  alone.close('left');
  expect(() => other.join('b', 7)).toThrow(expect.objectContaining({ code: 'BAD_MESSAGE' }));
  expect(sfu.pool.workers[0]?.load.reserved).toBe(32);
  first!.close('left');
  room.join('e', CLIENT_CAPABILITIES);
  room.close('empty');
  expect(sfu.pool.workers[0]?.load.reserved).toBe(0);
});

test('what one worker carries no more, another does', async () => {
  sfu = await startSfu(2, { maxConsumersPerWorker: 8 });
  for (const id of ['a', 'b']) {
    const room = await sfu.openRoom(id);
    for (const person of ['x', 'y']) room.join(person, CLIENT_CAPABILITIES);
  }
  expect(sfu.pool.workers.map(({ load }) => load.reserved)).toEqual([8, 8]);
});

test('an address that is not this machine’s is an error that says so, and leaves no process', async () => {
  const options = { size: 1, rtcHost: '203.0.113.1', rtcPort: 0, workerBin: findWorkerBinary(), logger: silentLogger };
  await expect(WorkerPool.create({ ...options, meter: new RecordingMeter() })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(/rtcHost 203\.0\.113\.1.*no such address/) as string,
  });
});

test('a worker whose requests cannot be written any more is replaced, and its room told', async () => {
  sfu = await startSfu(1);
  const room = await sfu.openRoom('broken');
  const alice = room.join('alice', CLIENT_CAPABILITIES);
  const { id: transportId } = await alice.createTransport('recv');
  await breakBuilder(room.router);

  const closed = once(room, 'closed');
  const restarted = once(sfu.pool, 'restarted');
  await expect(alice.restartIce(transportId)).rejects.toMatchObject({ code: 'WORKER_DIED' });
  expect(await closed).toEqual(['worker-died']);
  expect(alice.closed).toBe(true);
  await restarted;
  expect(sfu.meter.value('emostream_worker_restarts_total', { worker: 'mediasoup' })).toBe(1);
  (await sfu.openRoom('after')).join('alice', CLIENT_CAPABILITIES);
});

test('a pool closes although one worker hangs and another cannot be told to end', async () => {
  sfu = await startSfu(2);
  const pids = [0, 1].map((index) => workerPid(sfu!, index));
  process.kill(pids[0]!, 'SIGSTOP');
  const { worker } = sfu.pool.workers.find(({ index }) => index === 1)!;
  const router = await worker.createRouter({ mediaCodecs: MEDIA_CODECS });
  await breakBuilder(router);
  await sfu.pool.close();
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

/** mediasoup's own door, without the checks before it: this leaves the worker's request builder in the middle of an object. */
async function breakBuilder(router: types.Router): Promise<void> {
  const codecs = [{ mimeType: 'audio/opus' as const, payloadType: 100, clockRate: 48_000, channels: 2 }];
  const transport = await router.createDirectTransport();
  const rtpParameters = { codecs, encodings: [{ ssrc: 1, maxBitrate: 0.5 }] };
  await expect(transport.produce({ kind: 'audio', rtpParameters })).rejects.toThrow(RangeError);
}
