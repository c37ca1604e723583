import { afterAll, beforeAll, expect, test } from 'vitest';
import type { types } from 'mediasoup';
import { Bulkhead } from '../../src/common/bulkhead.js';
import { systemClock } from '../../src/common/clock.js';
import { silentMeter } from '../../src/common/metrics.js';
import { MEDIA_CODECS } from '../../src/sfu/index.js';
import { TrackPath } from '../../src/sfu/track-path.js';
import { Recorder } from './support/recorder.js';
import { every, rtp, RtpSender, Vp8Stream } from './support/rtp-sender.js';
import { type Sfu, silentLogger, startSfu } from './support/sfu-fixture.js';

let sfu: Sfu;
let router: types.Router;
const ends: (() => void)[] = [];
beforeAll(async () => {
  sfu = await startSfu();
  router = await sfu.pool.workers[0]!.worker.createRouter({ mediaCodecs: MEDIA_CODECS });
});
afterAll(async () => {
  for (const end of ends) end();
  await sfu.pool.close();
});

const bulkhead = new Bulkhead('nothing', { meter: silentMeter, logger: silentLogger });

class Told extends Recorder {
  readonly problems: (string | null)[] = [];
  tell = (problem: string | null) => {
    if (problem === (this.problems.at(-1) ?? null)) return;
    this.problems.push(problem);
    this.changed();
  };
}

/** Sound over a transport that needs no connecting. */
async function microphone(ssrc: number, parameters: Record<string, unknown> = {}) {
  const sender = await RtpSender.create(router);
  const codecs = [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2, parameters }];
  const producer = await sender.transport.produce({ kind: 'audio', rtpParameters: { codecs, encodings: [{ ssrc }] } });
  const told = new Told();
  new TrackPath({ producer, clock: systemClock, bulkhead, tell: told.tell });
  let sequence = 0;
  const send = (everyMs: number) => {
    const stop = every(everyMs, () => {
      sequence++;
      const payload = Buffer.from([0xf8, 0xff, 0xfe]);
      sender.send(rtp({ payloadType: 111, sequence, timestamp: sequence * 960, ssrc, payload }));
    });
    ends.push(stop);
    return stop;
  };
  ends.push(() => sender.close());
  return { producer, told, send };
}

/** Two layers of a camera. */
async function camera(ssrcs: [number, number]) {
  const sender = await RtpSender.create(router);
  const producer = await sender.vp8(...ssrcs);
  const told = new Told();
  new TrackPath({ producer, clock: systemClock, bulkhead, tell: told.tell });
  const streams = ssrcs.map((ssrc) => new Vp8Stream(sender, ssrc, ssrc));
  const send = () => {
    const stop = every(40, () => streams.forEach((stream) => stream.next(false)));
    ends.push(stop);
    return stop;
  };
  ends.push(() => sender.close());
  return { producer, told, send };
}

// All of them mostly wait.
test.concurrent('packets that come are no news; when they stop it is told, and when they come again', async () => {
  const [sound, picture] = await Promise.all([microphone(8001), camera([8101, 8102])]);
  const stops = [sound.send(20), picture.send()];
  const silent = await microphone(8009);
  await silent.told.until(() => silent.told.problems.length === 1);
  expect([sound.told.problems, picture.told.problems]).toEqual([[], []]);
  for (const stop of stops) stop();
  await Promise.all([sound, picture].map(({ told }) => told.until(() => told.problems.length === 1)));
  sound.send(20);
  picture.send();
  await Promise.all([sound, picture].map(({ told }) => told.until(() => told.problems.length === 2)));
  expect([sound.told.problems, picture.told.problems]).toEqual(Array(2).fill(['no-packets', null]));
});

test.concurrent('who never sends is told of; pausing and closing end it, for then nothing is owed', async () => {
  const { producer, told } = await microphone(8002);
  await told.until(() => told.problems.length === 1);
  await producer.pause();
  await producer.resume();
  await told.until(() => told.problems.length === 3);
  producer.close();
  expect(told.problems).toEqual(['no-packets', null, 'no-packets', null]);
});

test.concurrent('the rare packets of a pause in speech (DTX) are packets', async () => {
  const { told, send } = await microphone(8003, { usedtx: 1 });
  // A voice that pauses at once: a packet every 400 ms (RFC 7587 §3.1.3), for longer than silence is waited for.
  const stop = send(400);
  const later = await microphone(8004);
  await later.told.until(() => later.told.problems.length === 1);
  expect(told.problems).toEqual([]);
  stop();
  await told.until(() => told.problems.length === 1);
  expect(told.problems).toEqual(['no-packets']);
});

test.concurrent('over a WebRTC transport whose other end never comes it says so', async () => {
  const webRtcServer = sfu.pool.workers[0]!.webRtcServer;
  const transport = await router.createWebRtcTransport({ webRtcServer });
  const codecs = [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }];
  const producer = await transport.produce({ kind: 'audio', rtpParameters: { codecs, encodings: [{ ssrc: 8005 }] } });
  const told = new Told();
  new TrackPath({ producer, transport, clock: systemClock, bulkhead, tell: told.tell });
  await told.until(() => told.problems.length === 1);
  transport.close();
  expect(told.problems).toEqual(['not-connected', null]);
});
