import { createWorker, type types } from 'mediasoup';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findWorkerBinary } from '../../src/sfu/worker-binary.js';

const SUITES: types.SrtpCryptoSuite[] = [
  'AEAD_AES_256_GCM',
  'AEAD_AES_128_GCM',
  'AES_CM_128_HMAC_SHA1_80',
  'AES_CM_128_HMAC_SHA1_32',
];
const CODEC: types.RouterRtpCodecCapability = {
  kind: 'audio',
  mimeType: 'audio/opus',
  preferredPayloadType: 100,
  clockRate: 48_000,
  channels: 2,
};
const SSRC = 0x1234_5678;

/**
 * The bridge from libsrtp 3's interface to libsrtp 2, with every crypto suite that mediasoup offers: a browser takes only one.
 * Packets go from a sender through two transports that speak SRTP to each other over loopback.
 */
describe.each(SUITES)('SRTP in the mediasoup worker, %s', (suite) => {
  let worker: types.Worker;
  let router: types.Router;
  let near: types.PlainTransport;
  let far: types.PlainTransport;
  let direct: types.DirectTransport;

  beforeAll(async () => {
    worker = await createWorker({ workerBin: findWorkerBinary(), logLevel: 'warn' });
    router = await worker.createRouter({ mediaCodecs: [CODEC] });
    direct = await router.createDirectTransport();
    const options = {
      listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
      rtcpMux: true,
      enableSrtp: true,
      srtpCryptoSuite: suite,
    } as const;
    [near, far] = await Promise.all([router.createPlainTransport(options), router.createPlainTransport(options)]);
    await near.connect({ ip: '127.0.0.1', port: far.tuple.localPort, srtpParameters: far.srtpParameters });
    await far.connect({ ip: '127.0.0.1', port: near.tuple.localPort, srtpParameters: near.srtpParameters });
  });

  afterAll(() => worker?.close());

  it('carries packets of every size unchanged, a repeated one once, and RTCP beside them', async () => {
    const source = await direct.produce({ kind: 'audio', rtpParameters: parameters(SSRC) });
    const crossing = await near.consume({ producerId: source.id, rtpCapabilities: router.rtpCapabilities });
    const arrived = await far.produce({ kind: 'audio', rtpParameters: crossing.rtpParameters });
    await arrived.enableTraceEvent(['sr']);
    const tap = await direct.consume({ producerId: arrived.id, rtpCapabilities: router.rtpCapabilities });

    const sizes = [1, 2, 3, 4, 15, 16, 17, 160, 1_000, 1_150];
    const payloads = sizes.map((size, i) => Buffer.alloc(size, i + 1));
    const received: Buffer[] = [];
    const all = new Promise<void>((resolve) => {
      tap.on('rtp', (packet) => {
        received.push(packet.subarray(packet.length - payloads[received.length]!.length));
        if (received.length === payloads.length) resolve();
      });
    });
    const report = new Promise((resolve) => arrived.once('trace', resolve));
    payloads.forEach((payload, i) => {
      const packet = rtpPacket(i, payload);
      source.send(packet);
      source.send(packet);
    });
    await all;
    expect(received.map((payload) => payload.toString('hex'))).toEqual(payloads.map((each) => each.toString('hex')));
    // The near transport reports on what it sends, in SRTCP.
    expect(await report).toMatchObject({ type: 'sr', info: { ssrc: crossing.rtpParameters.encodings![0]!.ssrc } });
  });
});

function parameters(ssrc: number): types.RtpParameters {
  const { mimeType, clockRate, channels } = CODEC;
  return {
    codecs: [{ mimeType, clockRate, channels, payloadType: 100, parameters: {} }],
    encodings: [{ ssrc }],
    rtcp: { cname: 'test' },
  };
}

/** RFC 3550 section 5.1. */
function rtpPacket(index: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt8(0x80, 0);
  header.writeUInt8(100, 1);
  header.writeUInt16BE(1_000 + index, 2);
  header.writeUInt32BE(960 * index, 4);
  header.writeUInt32BE(SSRC, 8);
  return Buffer.concat([header, payload]);
}
