import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PacketReceiver } from '../../src/analysis/child/packet-receiver.js';
import { systemClock } from '../../src/common/clock.js';
import type { TappedTrack } from '../../src/sfu/types.js';
import { CountMeter } from '../inference/support/count-meter.js';
import { rtp, senderReport } from '../sfu/support/rtp-sender.js';

let meter: CountMeter;
let receiver: PacketReceiver;
let port: number;
const sockets: Socket[] = [];
const floods: number[] = [];
beforeEach(async () => {
  meter = new CountMeter();
  floods.length = 0;
  receiver = await PacketReceiver.create(1, {
    ...{ clock: systemClock, meter, maxPacketRate: 1000 },
    onFlood: (handle) => floods.push(handle),
    onIdle: () => undefined,
  });
  port = receiver.ports[0]!;
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
  receiver.stop();
});

async function sender(address = '127.0.0.1', from = 0): Promise<Socket> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  socket.bind(from, address);
  await once(socket, 'listening');
  return socket;
}
const info = (fromPort: number, ssrc: number, kind: 'audio' | 'video' = 'video') =>
  ({ fromPort, ssrc, kind }) as TappedTrack;
const packet = (ssrc: number, sequence = 1, size = 10) =>
  rtp({ payloadType: 101, sequence, timestamp: 1, ssrc, payload: Buffer.alloc(size) });
const dropped = (reason: 'no-track' | 'short-packet' | 'packet-rate' | 'overrun') =>
  meter.counted('emostream_dropped_total', { stage: 'analysis', reason });

it('takes packets of the transport that it was told of, and of nobody else', async () => {
  const mine = await sender();
  const from = mine.address().port;
  const got: number[] = [];
  receiver.open(1, 1, info(from, 7), ({ data }) => got.push(data.length));
  const stranger = await sender();
  // The same port of another loopback address is somebody else's.
  const twin = await sender('127.0.0.2', from);
  for (const socket of [stranger, twin]) socket.send(packet(7), port, '127.0.0.1');
  mine.send(packet(8), port, '127.0.0.1');
  await vi.waitUntil(() => dropped('no-track') === 3);
  mine.send(Buffer.alloc(0), port, '127.0.0.1');
  mine.send(packet(7).subarray(0, 11), port, '127.0.0.1');
  await vi.waitUntil(() => dropped('short-packet') === 2);
  mine.send(senderReport({ ssrc: 7, ntpSeconds: 1, ntpFraction: 0, rtpTimestamp: 0 }), port, '127.0.0.1');
  mine.send(packet(7, 1, 60_000), port, '127.0.0.1');
  await vi.waitUntil(() => got.length > 0);
  expect(got).toEqual([60_012]);
});

it('five thousand tracks come and go, and nothing of them stays', async () => {
  const mine = await sender();
  const from = mine.address().port;
  const got: number[] = [];
  for (let handle = 1; handle <= 5000; handle++) {
    receiver.open(handle, handle, info(from, handle), () => got.push(handle));
    receiver.close(handle - 10);
  }
  mine.send(packet(4990), port, '127.0.0.1');
  await vi.waitUntil(() => dropped('no-track') === 1);
  mine.send(packet(4991), port, '127.0.0.1');
  await vi.waitUntil(() => got.length > 0);
  expect(got).toEqual([4991]);
  expect(receiver.waiting).toBe(0);
});

it('a track that takes the place of another with the same sender and SSRC outlives it', async () => {
  const mine = await sender();
  const got: number[] = [];
  receiver.open(1, 1, info(mine.address().port, 7), () => got.push(1));
  receiver.open(2, 1, info(mine.address().port, 7), () => got.push(2));
  receiver.close(1);
  mine.send(packet(7), port, '127.0.0.1');
  await vi.waitUntil(() => got.length > 0);
  expect(got).toEqual([2]);
});

it('what waits of a track that closes is not handled, and its place is free again', async () => {
  const mine = await sender();
  const got: number[] = [];
  receiver.open(1, 1, info(mine.address().port, 7), () => {
    got.push(1);
    receiver.close(1);
  });
  for (let i = 0; i < 20; i++) mine.send(packet(7, i), port, '127.0.0.1');
  await vi.waitUntil(() => got.length > 0);
  mine.send(packet(9), port, '127.0.0.1');
  await vi.waitUntil(() => dropped('no-track') > 0 && receiver.waiting === 0);
  expect(got).toEqual([1]);
});
