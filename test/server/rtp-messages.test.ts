import { afterAll, beforeAll, expect, test } from 'vitest';
import { rtpParametersSchema } from '../../src/common/rtp-schema.js';
import type { TestClient } from './support/test-client.js';
import { NONE, startServer, type TestServer } from './support/test-server.js';

let subject: TestServer;
let sender: TestClient;
let transportId: string;
let innocent: TestClient;
let innocentTransport: string;
beforeAll(async () => {
  subject = await startServer();
  innocent = await subject.connect({ room: 'innocent' });
  await innocent.join();
  ({ transportId: innocentTransport } = await innocent.request('createTransport', { direction: 'recv' }));
  sender = await subject.connect();
  await sender.join();
  ({ transportId } = await sender.request('createTransport', { direction: 'send' }));
});
afterAll(() => subject.close());

const vp8 = { mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000 };
const rtx = { mimeType: 'video/rtx', payloadType: 97, clockRate: 90_000, parameters: { apt: 96 } };
const mid = { uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 1 };
const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
const camera = (rtpParameters: object) => ({ transportId, source: 'camera', kind: 'video', rtpParameters });
const encoded = (encoding: object) => ({ codecs: [vp8], encodings: [{ ssrc: 1, ...encoding }] });

/** The room beside, on the same worker, must not notice. */
async function innocentGoesOn(): Promise<void> {
  await innocent.request('restartIce', { transportId: innocentTransport });
  expect(innocent.of('roomReset')).toEqual([]);
  expect(subject.meter.value('emostream_uncaught_total', { closed: 'nothing' })).toBe(0);
}

test.each<[string, object, string]>([
  ['half a bit', encoded({ maxBitrate: 0.5 }), 'encodings.0.maxBitrate'],
  ['no bitrate', encoded({ maxBitrate: null }), 'encodings.0.maxBitrate'],
  ['a word for a bitrate', encoded({ maxBitrate: 'x' }), 'encodings.0.maxBitrate'],
  ['an object for a bitrate', encoded({ maxBitrate: {} }), 'encodings.0.maxBitrate'],
  ['a bitrate beyond measure', encoded({ maxBitrate: 1e308 }), 'encodings.0.maxBitrate'],
  ['a negative bitrate', encoded({ maxBitrate: -1 }), 'encodings.0.maxBitrate'],
  ['an SSRC of 33 bits', encoded({ ssrc: 2 ** 32 }), 'encodings.0.ssrc'],
  ['a fractional SSRC', encoded({ ssrc: 1.5 }), 'encodings.0.ssrc'],
  ['an SSRC of a retransmission that is no number', encoded({ rtx: { ssrc: '2' } }), 'encodings.0.rtx.ssrc'],
  ['a rid with a line break', encoded({ rid: 'a\r\nb' }), 'encodings.0.rid'],
  ['a rid without end', encoded({ rid: 'r'.repeat(10_000) }), 'encodings.0.rid'],
  ['99 layers', encoded({ scalabilityMode: 'L99T99' }), 'encodings.0.scalabilityMode'],
  // std::regex of the worker recurses once for each character.
  ['a scalability mode without end', encoded({ scalabilityMode: `L1T1${'_'.repeat(200_000)}` }), 'scalabilityMode'],
  ['a dtx that is a number', encoded({ dtx: 1 }), 'encodings.0.dtx'],
  ['a payload type of 8 bits', encoded({ codecPayloadType: 255 }), 'encodings.0.codecPayloadType'],
  ['the payload type of a retransmission', { ...encoded({ codecPayloadType: 97 }), codecs: [vp8, rtx] }, 'encodings'],
  ['five encodings', { codecs: [vp8], encodings: [1, 2, 3, 4, 5].map((ssrc) => ({ ssrc })) }, 'encodings'],
  ['an SSRC twice', { codecs: [vp8], encodings: [{ ssrc: 1 }, { ssrc: 1 }] }, 'encodings'],
  ['its own SSRC for the retransmission', encoded({ rtx: { ssrc: 1 } }), 'encodings'],
  ['a rid twice', { codecs: [vp8], encodings: [{ rid: 'a' }, { rid: 'a' }] }, 'encodings'],
  ['no codec', { codecs: [] }, 'codecs'],
  ['300 codecs', { codecs: Array.from({ length: 300 }, () => vp8) }, 'codecs'],
  ['only a retransmission', { codecs: [rtx] }, 'codecs'],
  ['a retransmission of nothing', { codecs: [vp8, { ...rtx, parameters: { apt: 98 } }] }, 'codecs'],
  ['a retransmission of itself', { codecs: [vp8, { ...rtx, parameters: { apt: 97 } }] }, 'codecs'],
  ['a retransmission without apt', { codecs: [vp8, { ...rtx, parameters: {} }] }, 'codecs'],
  ['an apt that is a word', { codecs: [vp8, { ...rtx, parameters: { apt: '96' } }] }, 'codecs.1.parameters'],
  ['a payload type twice', { codecs: [vp8, { ...rtx, payloadType: 96 }] }, 'codecs'],
  ['sound for a camera', { codecs: [{ mimeType: 'audio/opus', payloadType: 96, clockRate: 48_000 }] }, 'codecs'],
  ['a payload type of 8 bits', { codecs: [{ ...vp8, payloadType: 128 }] }, 'codecs.0.payloadType'],
  ['a fractional clock', { codecs: [{ ...vp8, clockRate: 0.1 }] }, 'codecs.0.clockRate'],
  ['too many channels', { codecs: [{ ...vp8, channels: 1e6 }] }, 'codecs.0.channels'],
  ['a fractional parameter', { codecs: [{ ...vp8, parameters: { x: 0.5 } }] }, 'codecs.0.parameters'],
  ['a parameter beyond 32 bits', { codecs: [{ ...vp8, parameters: { x: 1e308 } }] }, 'codecs.0.parameters'],
  ['a nested parameter', { codecs: [{ ...vp8, parameters: { x: { y: 1 } } }] }, 'codecs.0.parameters'],
  ['a list for a parameter', { codecs: [{ ...vp8, parameters: { x: [null] } }] }, 'codecs.0.parameters'],
  // The others' browsers make SDP of it.
  ['a parameter with a line of SDP', { codecs: [{ ...vp8, parameters: { x: '1\r\na=x' } }] }, 'codecs.0.parameters'],
  ['an extension 0', { codecs: [vp8], headerExtensions: [{ ...mid, id: 0 }] }, 'headerExtensions.0.id'],
  ['a fractional extension', { codecs: [vp8], headerExtensions: [{ ...mid, id: 1.5 }] }, 'headerExtensions.0.id'],
  ['an extension nobody knows', { codecs: [vp8], headerExtensions: [{ ...mid, uri: 'urn:x' }], mid: '0' }, 'urn:x'],
  [
    'a list for an encrypt',
    { codecs: [vp8], headerExtensions: [{ ...mid, encrypt: [] }] },
    'headerExtensions.0.encrypt',
  ],
  ['an empty mid', { codecs: [vp8], mid: '' }, 'mid'],
  ['a mid without end', { codecs: [vp8], mid: 'm'.repeat(10_000) }, 'mid'],
  ['a number for a mid', { codecs: [vp8], mid: 7 }, 'mid'],
  ['a cname with a line of SDP', { codecs: [vp8], mid: '0', rtcp: { cname: 'x\r\na=y' } }, 'rtcp.cname'],
  ['an msid with a line of SDP', { codecs: [vp8], mid: '0', msid: 'x\ny' }, 'msid'],
  ['deep nonsense', { codecs: deep(1000) as object }, 'codecs.0'],
])('produce with %s is refused by the name of the field', async (_, rtpParameters, field) => {
  const error = await sender.refused('produce', camera(rtpParameters));
  expect(error.code).toBe('BAD_MESSAGE');
  expect(error.message).toContain(field);
  await innocentGoesOn();
});

test('too many parameters are refused without looking at each of them', () => {
  const parameters = Object.fromEntries(Array.from({ length: 3000 }, (_, n) => [`p${n}`, []]));
  const codecs = [{ mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000, parameters }];
  const issues = rtpParametersSchema.safeParse({ codecs }).error?.issues.map(({ message }) => message);
  expect(issues).toEqual(['32 parameters at most']);
});

const digest = Array.from({ length: 32 }, () => 'AB').join(':');
test.each<[string, unknown, string]>([
  ['nothing', {}, 'fingerprints'],
  ['no fingerprint', { fingerprints: [] }, 'fingerprints'],
  ['an unknown role', { role: 'x', fingerprints: [{ algorithm: 'sha-256', value: digest }] }, 'role'],
  ['an unknown algorithm', { fingerprints: [{ algorithm: 'md5', value: digest }] }, 'fingerprints.0.algorithm'],
  ['no digest', { fingerprints: [{ algorithm: 'sha-256' }] }, 'fingerprints.0.value'],
  ['the digest of another', { fingerprints: [{ algorithm: 'sha-1', value: digest }] }, 'fingerprints.0.value'],
  ['null', null, 'dtlsParameters'],
  ['deep nonsense', { fingerprints: deep(1000) }, 'fingerprints.0'],
])('connectTransport with %s is refused by the name of the field', async (_, dtlsParameters, field) => {
  const error = await sender.refused('connectTransport', { transportId, dtlsParameters });
  expect(error.code).toBe('BAD_MESSAGE');
  expect(error.message).toContain(field);
  await innocentGoesOn();
});

test('a transport is connected once', async () => {
  const dtlsParameters = { role: 'client', fingerprints: [{ algorithm: 'sha-256', value: digest }] };
  const send = await innocent.request('createTransport', { direction: 'send' });
  expect(await innocent.ask('connectTransport', { transportId: send.transportId, dtlsParameters })).toMatchObject({
    ok: true,
  });
  const again = await innocent.refused('connectTransport', { transportId: send.transportId, dtlsParameters });
  expect(again).toMatchObject({ code: 'WRONG_STATE' });
});

test.each<[string, unknown, string]>([
  ['deep nonsense', { codecs: deep(1000) }, 'codecs.0'],
  ['a deep parameter', { codecs: [{ ...vp8, parameters: { x: deep(1000) } }] }, 'codecs.0.parameters'],
  ['an extension without kind', { headerExtensions: [{ uri: 'x', preferredId: 1 }] }, 'headerExtensions.0.kind'],
  ['feedback without end', { codecs: [{ ...vp8, rtcpFeedback: Array(1000).fill({ type: 'nack' }) }] }, 'rtcpFeedback'],
  ['null', null, 'rtpCapabilities'],
])('join with rtpCapabilities of %s is refused by the name of the field', async (_, rtpCapabilities, field) => {
  const other = await subject.connect({ room: 'other' });
  const error = await other.refused('join', { name: 'x', consent: NONE, rtpCapabilities });
  expect(error.code).toBe('BAD_MESSAGE');
  expect(error.message).toContain(field);
  other.socket.close();
});

test('streams that another producer of the transport has are refused as such', async () => {
  const client = await subject.connect({ room: 'twice' });
  await client.join();
  const send = await client.request('createTransport', { direction: 'send' });
  const video = { codecs: [vp8], mid: '0', encodings: [{ ssrc: 11, rtx: { ssrc: 12 } }] };
  await client.request('produce', {
    transportId: send.transportId,
    source: 'camera',
    kind: 'video',
    rtpParameters: video,
  });
  const opus = { mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 };
  const sound = (mid: string, ssrc: number) => ({
    ...{ transportId: send.transportId, source: 'microphone', kind: 'audio' },
    rtpParameters: { codecs: [opus], mid, encodings: [{ ssrc }] },
  });
  expect(await client.refused('produce', sound('0', 13))).toMatchObject({ code: 'WRONG_STATE' });
  for (const taken of [11, 12]) {
    const error = await client.refused('produce', sound('1', taken));
    expect(error.code).toBe('WRONG_STATE');
    expect(error.message).toContain(`rtpParameters: ssrc already exists in RTP listener [ssrc:${taken}]`);
  }
  await client.request('produce', sound('1', 13) as never);
});

test('what browsers send beside is stripped, not refused', async () => {
  const client = await subject.connect({ room: 'beside' });
  await client.join();
  const send = await client.request('createTransport', { direction: 'send' });
  const layer = { scaleResolutionDownBy: 4, maxFramerate: 30, priority: 'low', networkPriority: 'low', active: true };
  const rtpParameters = { codecs: [vp8], mid: '0', encodings: [{ ...layer, rid: 'q', maxBitrate: 110_000 }] };
  const produce = { transportId: send.transportId, source: 'camera' as const, kind: 'video' as const };
  await client.request('produce', { ...produce, rtpParameters });
  const [producer] = subject.server.rooms.open.get('beside')!.room.participants.values();
  expect(producer!.producers).toHaveLength(1);
});
