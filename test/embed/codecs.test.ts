import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as mediasoup from 'mediasoup';
import type { types } from 'mediasoup';
import { filter, firstValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeVideo, packetizeVp9, SyntheticPeer } from '../../bench/support/index.js';
import { createServer, type EmostreamServer, type RoomEvent } from '../../src/embed/index.js';
import { findWorkerBinary } from '../../src/sfu/worker-binary.js';
import { Sender } from '../e2e/whip/sender.js';
import { drawMoving } from '../media/support/moving-picture.js';
import { SECRET } from '../server/support/test-server.js';

const FFMPEG = fileURLToPath(new URL('./ffmpeg-rtp.mjs', import.meta.url));

/** Somebody's mediasoup application whose routers have other codecs than ours. */
let worker: types.Worker;
let server: EmostreamServer;
beforeAll(async () => {
  const workerBin = findWorkerBinary();
  worker = await mediasoup.createWorker({ logLevel: 'error', ...(workerBin ? { workerBin } : {}) });
  server = await createServer({
    calls: false,
    httpPort: 0,
    jwtSecret: SECRET,
    logLevel: 'silent',
    analysisProcesses: 1,
  });
});
afterAll(async () => {
  await server.close();
  worker.close();
});

const video = (mimeType: `video/${string}`, parameters = {}): types.RouterRtpCodecCapability => ({
  kind: 'video',
  mimeType,
  clockRate: 90_000,
  parameters,
});
const live = (event: RoomEvent) => event.type === 'emotion' && event.face.state === 'live';

async function analysed(router: types.Router, producer: types.Producer, participant: string): Promise<void> {
  const person = await server.attach({ router, producers: [producer], participant, room: 'codecs' });
  const seen = firstValueFrom(person.events$.pipe(filter(live)));
  await person.consent.set({ consent: { face: true, voice: false, words: false }, showWords: false });
  await seen;
  person.close();
}

describe('of somebody else’s router', () => {
  it.each(['VP9', 'AV1'] as const)('%s is analysed as FFmpeg packs and sends it by RTP', async (name) => {
    const router = await worker.createRouter({ mediaCodecs: [video(`video/${name}`)] });
    const transport = await router.createPlainTransport({
      listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
      // FFmpeg sends RTP and RTCP from two ports.
      rtcpMux: false,
      comedia: true,
    });
    const producer = await transport.produce({
      kind: 'video',
      rtpParameters: {
        codecs: [{ mimeType: `video/${name}`, payloadType: 101, clockRate: 90_000, rtcpFeedback: [] }],
        encodings: [{ ssrc: 4711 }],
      },
    });
    const [port, rtcpPort] = [transport.tuple.localPort, transport.rtcpTuple!.localPort];
    const sender = new Sender(process.execPath, [FFMPEG, `rtp://127.0.0.1:${port}?rtcpport=${rtcpPort}`, name]);
    try {
      await sender.orEnd(analysed(router, producer, `ffmpeg-${name}`));
    } finally {
      sender.kill();
      router.close();
    }
  });

  it('VP9 in spatial layers is analysed by its lowest, and that alone is taken from the router', async () => {
    const router = await worker.createRouter({ mediaCodecs: [video('video/VP9')] });
    const layer = (width: number, height: number) =>
      encodeVideo({
        codec: 'VP9',
        ...{ width, height, framesPerSecond: 10, frames: 30, keyFrameEvery: 10, bitRate: 300_000 },
        draw: drawMoving(width, height),
      });
    const layers = [layer(160, 96), layer(320, 192)];
    const peer = await SyntheticPeer.create({
      router,
      recording: { video: null, audio: null },
      camera: {
        codec: 'VP9',
        framesPerSecond: 10,
        scalabilityMode: 'L2T1_KEY',
        encode: (index) => {
          const payloads = layers.flatMap((pictures, spatialLayer) => {
            const { data, keyFrame } = pictures[index % pictures.length]!;
            const place = { picture: index & 0x7fff, baseIndex: index & 0xff, layer: 0, spatialLayer };
            return packetizeVp9(data, { ...place, predicted: !keyFrame, interLayer: keyFrame && spatialLayer > 0 });
          });
          return { payloads, isKeyFrame: index % 10 === 0 };
        },
      },
    });
    const consumers: types.Consumer[] = [];
    router.observer.on('newtransport', (transport) => {
      transport.observer.on('newconsumer', (consumer) => consumers.push(consumer));
    });
    peer.start();
    try {
      const person = await server.attach({
        router,
        producers: [peer.videoProducer!],
        participant: 'layers',
        room: 'codecs',
      });
      const seen = firstValueFrom(person.events$.pipe(filter(live)));
      await person.consent.set({ consent: { face: true, voice: false, words: false }, showWords: false });
      await seen;
      expect(consumers.map(({ type, currentLayers }) => ({ type, currentLayers }))).toEqual([
        { type: 'svc', currentLayers: { spatialLayer: 0, temporalLayer: 0 } },
      ]);
      person.close();
    } finally {
      peer.close();
      router.close();
    }
  });

  it.each([
    ['VP9 of ten bits', video('video/VP9', { 'profile-id': 2 })],
    ['AV1 of full colour', video('video/AV1', { profile: 1 })],
    [
      'sound of the telephone',
      { kind: 'audio', mimeType: 'audio/PCMU', clockRate: 8000 } as types.RouterRtpCodecCapability,
    ],
  ])('%s is refused with a code', async (_name, codec) => {
    const router = await worker.createRouter({ mediaCodecs: [codec] });
    const transport = await router.createPlainTransport({
      listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
      comedia: true,
    });
    const { kind, mimeType, clockRate, parameters = {} } = codec;
    const producer = await transport.produce({
      kind,
      rtpParameters: { codecs: [{ mimeType, clockRate, parameters, payloadType: 101 }], encodings: [{ ssrc: 1 }] },
    });
    const options = { router, producers: [producer], participant: 'refused', room: 'codecs' };
    await expect(server.attach(options)).rejects.toMatchObject({ code: 'UNSUPPORTED_MEDIA' });
    const closed = once(router.observer, 'close');
    router.close();
    await closed;
  });

  it('H.265 is nothing that a router of mediasoup could have', async () => {
    // As soon as it can, it is to be analysed or refused: docs/embedding.md says so.
    await expect(worker.createRouter({ mediaCodecs: [video('video/H265')] })).rejects.toThrow('not supported');
  });
});
