import { once } from 'node:events';
import type { types } from 'mediasoup';
import { afterEach, expect, test } from 'vitest';
import { CLIENT_CAPABILITIES, MEDIA_CODECS, WorkerPool } from '../../src/sfu/index.js';
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

test('an address that is not this machine’s is an error that says so, and leaves no process', async () => {
  const options = { size: 1, rtcHost: '192.0.2.1', rtcPort: 0, meter: new RecordingMeter(), logger: silentLogger };
  await expect(WorkerPool.create(options)).rejects.toMatchObject({
    code: 'INTERNAL',
    message: expect.stringContaining('rtcHost 192.0.2.1') as string,
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
