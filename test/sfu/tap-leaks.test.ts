import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { CLIENT_CAPABILITIES, TapTransports } from '../../src/sfu/index.js';
import { LocalReceiver } from './support/local-receiver.js';
import { RtpSender } from './support/rtp-sender.js';
import { type Sfu, startSfu } from './support/sfu-fixture.js';

const ALL = { face: true, voice: true, words: true };
const NONE = { face: false, voice: false, words: false };

let sfu: Sfu;
beforeAll(async () => {
  sfu = await startSfu();
});
afterAll(() => sfu.pool.close());

it('two hundred times given and withdrawn, also while taps open: no transport, consumer or count is left', async () => {
  const room = await sfu.openRoom('leaks');
  const participant = room.join('ann', CLIENT_CAPABILITIES);
  const sender = await RtpSender.create(room.router);
  await participant.adopt(await sender.vp8(8001), 'camera');
  await participant.adopt(await sender.opus(7001), 'microphone');
  const before = await room.router.dump();
  const opening: Promise<unknown>[] = [];
  for (let i = 0; i < 200; i++) {
    opening.push(participant.setConsent(ALL));
    // Withdrawn at once, or after what is asked of the worker has partly been answered.
    for (let turns = i % 5; turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
    if (i % 7 === 0) await Promise.all(opening.splice(0));
    opening.push(participant.setConsent(NONE));
  }
  await Promise.all(opening);
  const after = await room.router.dump();
  expect(after.transportIds).toEqual(before.transportIds);
  expect(after.mapConsumerIdProducerId).toEqual([]);
  for (const modality of ['face', 'voice'] as const) expect(sfu.meter.value('emostream_taps', { modality })).toBe(0);
  expect(sfu.analyser.of('ann').tracks.every(({ closed }) => closed)).toBe(true);
  sender.close();
  room.close('empty');
});

it('transports are shared by port, and closed with the last that uses them, whatever fails in between', async () => {
  const room = await sfu.openRoom('shared');
  const taps = new TapTransports(room.router);
  const receiver = await LocalReceiver.create();
  const { port } = receiver.destination;
  const count = async () => (await room.router.dump()).transportIds.length;
  const before = await count();
  const [one, two] = await Promise.all([taps.take(port), taps.take(port)]);
  expect(two).toBe(one);
  taps.release(port);
  expect(one?.closed).toBe(false);
  taps.release(port);
  taps.release(port);
  // Closed as soon as it is told; while that happens another one is not mixed up with it.
  const next = await taps.take(port);
  expect([one?.closed, next.closed, next === one]).toEqual([true, false, false]);
  // Given back before it is there.
  const third = taps.take(port + 1);
  taps.release(port + 1);
  expect((await third).closed).toBe(true);
  taps.release(port);
  await vi.waitUntil(async () => (await count()) === before);
  // Whoever waits as the router goes is told.
  const failing = [taps.take(port), taps.take(port)];
  room.close('empty');
  expect((await Promise.allSettled(failing)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  receiver.close();
});

it('a room that closes while taps open ends them quietly', async () => {
  for (let turns = 0; turns < 12; turns++) {
    const room = await sfu.openRoom(`closing-${String(turns)}`);
    const participant = room.join('bea', CLIENT_CAPABILITIES);
    const sender = await RtpSender.create(room.router);
    await participant.adopt(await sender.vp8(8001), 'camera');
    const opening = participant.setConsent(ALL);
    for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
    room.close('empty');
    sender.close();
    await opening;
  }
  expect(sfu.meter.value('emostream_taps', { modality: 'face' })).toBe(0);
});
