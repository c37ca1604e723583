import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLIENT_CAPABILITIES, type Room } from '../../src/sfu/index.js';
import { RtpSender } from './support/rtp-sender.js';
import { census, type Sfu, startSfu } from './support/sfu-fixture.js';

let sfu: Sfu;
beforeAll(async () => {
  sfu = await startSfu();
});
afterAll(() => sfu.pool.close());

const ALL = { face: true, voice: true, words: true };

async function withRoom(id: string, run: (room: Room) => Promise<void>): Promise<void> {
  const room = await sfu.openRoom(id);
  try {
    await run(room);
  } finally {
    room.close('empty');
  }
}

test('clients are not offered video orientation, and what everybody has comes first', () => {
  expect(CLIENT_CAPABILITIES.headerExtensions?.map((extension) => extension.uri)).not.toContain(
    'urn:3gpp:video-orientation',
  );
  const video = CLIENT_CAPABILITIES.codecs?.filter(
    (codec) => codec.kind === 'video' && !codec.mimeType.includes('rtx'),
  );
  expect(video?.map((codec) => codec.mimeType)).toEqual([
    'video/VP8',
    'video/H264',
    'video/H264',
    'video/VP9',
    'video/AV1',
  ]);
});

test('a closed room leaves nothing behind in the worker', async () => {
  const before = await census(sfu);
  for (let round = 0; round < 5; round++) {
    await withRoom('leak', async (room) => {
      const [alice, bob] = [room.join('alice', CLIENT_CAPABILITIES), room.join('bob', CLIENT_CAPABILITIES)];
      await alice.setConsent(ALL);
      const sender = await RtpSender.create(room.router);
      await alice.createTransport('send');
      const { producerId } = await alice.adopt(await sender.vp8(8001, 8002), 'camera');
      await alice.adopt(await sender.opus(7001), 'microphone');
      const receive = await bob.createTransport('recv');
      await bob.consume(receive.id, producerId);
      expect((await census(sfu)).handlers).toBeGreaterThan(before.handlers + 6);
      sender.close();
    });
  }
  expect(await census(sfu)).toEqual(before);
  expect(sfu.analyser.openTracks).toEqual([]);
  expect(sfu.pool.workers.map((worker) => worker.rooms)).toEqual([0]);
});

test('consent given and withdrawn many times leaves one consumer or none', async () => {
  await withRoom('toggle', async (room) => {
    const alice = room.join('alice', CLIENT_CAPABILITIES);
    const sender = await RtpSender.create(room.router);
    await alice.adopt(await sender.opus(7001), 'microphone');
    const before = await census(sfu);
    for (let round = 0; round < 20; round++) {
      void alice.setConsent(ALL);
      await alice.setConsent({ ...ALL, voice: false });
    }
    expect(await census(sfu)).toEqual(before);
    await alice.setConsent(ALL);
    // The consumer, and the transport that it goes over.
    expect((await census(sfu)).handlers).toBe(before.handlers + 2);
    sender.close();
  });
});

test('who leaves takes transports, producers and consumers along; the other is told', async () => {
  await withRoom('leave', async (room) => {
    const bob = room.join('bob', CLIENT_CAPABILITIES);
    const receive = await bob.createTransport('recv');
    const before = await census(sfu);
    const alice = room.join('alice', CLIENT_CAPABILITIES);
    const send = await alice.createTransport('send');
    const { producerId } = await alice.produce({
      transportId: send.id,
      source: 'microphone',
      kind: 'audio',
      rtpParameters: {
        codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }],
        encodings: [{ ssrc: 7001 }],
      },
    });
    const closedConsumers: string[] = [];
    const consumer = await bob.consume(receive.id, producerId);
    bob.on('consumerClosed', ({ consumerId }) => closedConsumers.push(consumerId));
    alice.close('left');
    // The worker answers in order, so what it reports now comes after the closing.
    expect(await census(sfu)).toEqual(before);
    expect(closedConsumers).toEqual([consumer.consumerId]);
    expect(sfu.analyser.of('alice').closed).toBe('left');
  });
});

test('a screen goes to the others and nowhere else, whatever its owner consents to', async () => {
  await withRoom('screen', async (room) => {
    const [alice, bob] = [room.join('alice', CLIENT_CAPABILITIES), room.join('bob', CLIENT_CAPABILITIES)];
    await alice.setConsent(ALL);
    const sender = await RtpSender.create(room.router);
    const screen = await sender.vp8(9001);
    const bare = await census(sfu);
    await alice.adopt(screen, 'screen');
    await alice.setConsent({ ...ALL, face: false });
    await alice.setConsent(ALL);
    // Beside the producer itself nothing has come to be in the worker: no consumer that would feed analysis.
    expect(await census(sfu)).toEqual(bare);
    expect(alice.producers).toMatchObject([{ source: 'screen', kind: 'video', paused: false }]);
    await expect(alice.adopt(await sender.vp8(9002), 'screen')).rejects.toMatchObject({ code: 'WRONG_STATE' });

    const receive = await bob.createTransport('recv');
    expect(await bob.consume(receive.id, screen.id)).toMatchObject({ source: 'screen', participant: 'alice' });
    await alice.adopt(await sender.vp8(8001), 'camera');
    alice.tellProblem('screen', 'bitrate');
    const analysed = sfu.analyser.of('alice');
    expect(analysed.tracks.map(({ info }) => info.source)).toEqual(['camera']);
    expect(analysed.problems).toEqual([]);
    sender.close();
  });
});

describe('what clients send is checked', () => {
  const opus = { mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 };
  const produce = (fields: object) => ({ source: 'microphone' as const, kind: 'audio' as const, ...fields });

  test.each([
    ['capabilities that are no list', () => ({ codecs: 'all' }), 'BAD_MESSAGE'],
    ['a thousand codecs', () => ({ codecs: new Array(1000).fill(opus) }), 'BAD_MESSAGE'],
    ['a codec without a kind', () => ({ codecs: [{ mimeType: 7 }] }), 'BAD_MESSAGE'],
  ])('%s', async (_name, capabilities, code) => {
    await withRoom('bad-join', (room) => {
      expect(() => room.join('mallory', capabilities())).toThrow(expect.objectContaining({ code }));
      expect(room.participants.size).toBe(0);
      return Promise.resolve();
    });
  });

  test.each([
    ['no codec', { rtpParameters: { codecs: [] } }, 'BAD_MESSAGE'],
    ['an unknown codec', { rtpParameters: { codecs: [{ ...opus, mimeType: 'audio/G729' }] } }, 'UNSUPPORTED_MEDIA'],
    [
      'H.265',
      {
        source: 'camera',
        kind: 'video',
        rtpParameters: {
          codecs: [{ mimeType: 'video/H265', payloadType: 96, clockRate: 90_000 }],
          encodings: [{ ssrc: 1 }],
        },
      },
      'UNSUPPORTED_MEDIA',
    ],
    ['a microphone that sends video', { kind: 'video', rtpParameters: { codecs: [opus] } }, 'BAD_MESSAGE'],
    ['a screen that sends sound', { source: 'screen', rtpParameters: { codecs: [opus] } }, 'BAD_MESSAGE'],
    ['a payload type out of range', { rtpParameters: { codecs: [{ ...opus, payloadType: 1e9 }] } }, 'BAD_MESSAGE'],
    ['many encodings', { rtpParameters: { codecs: [opus], encodings: new Array(5).fill({ ssrc: 1 }) } }, 'BAD_MESSAGE'],
    ['an SSRC that is text', { rtpParameters: { codecs: [opus], encodings: [{ ssrc: 'x' }] } }, 'BAD_MESSAGE'],
    [
      'video orientation',
      {
        source: 'camera',
        kind: 'video',
        rtpParameters: {
          codecs: [{ mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000 }],
          headerExtensions: [{ uri: 'urn:3gpp:video-orientation', id: 4 }],
          encodings: [{ ssrc: 1 }],
        },
      },
      'UNSUPPORTED_MEDIA',
    ],
  ])('producing with %s', async (_name, fields, code) => {
    await withRoom('bad-produce', async (room) => {
      const mallory = room.join('mallory', CLIENT_CAPABILITIES);
      const transport = await mallory.createTransport('send');
      const request = { transportId: transport.id, ...produce(fields) } as Parameters<typeof mallory.produce>[0];
      await expect(mallory.produce(request)).rejects.toMatchObject({ code });
      expect(mallory.producers).toEqual([]);
      expect(sfu.pool.alive).toBe(1);
    });
  });

  test.each([
    ['nothing in it', {}],
    ['fingerprints that are none', { fingerprints: [{ algorithm: 'sha-0', value: 'x' }] }],
    ['a role that is none', { role: 'both', fingerprints: [] }],
  ])('DTLS parameters with %s', async (_name, dtlsParameters) => {
    await withRoom('bad-dtls', async (room) => {
      const mallory = room.join('mallory', CLIENT_CAPABILITIES);
      const transport = await mallory.createTransport('send');
      await expect(mallory.connectTransport(transport.id, dtlsParameters)).rejects.toMatchObject({
        code: 'BAD_MESSAGE',
      });
    });
  });

  test('a second camera, a foreign transport and an unknown producer', async () => {
    await withRoom('rules', async (room) => {
      const alice = room.join('alice', CLIENT_CAPABILITIES);
      const bob = room.join('bob', CLIENT_CAPABILITIES);
      const sender = await RtpSender.create(room.router);
      await alice.adopt(await sender.vp8(8001), 'camera');
      await expect(alice.adopt(await sender.vp8(8002), 'camera')).rejects.toMatchObject({ code: 'WRONG_STATE' });
      const send = await alice.createTransport('send');
      await expect(bob.connectTransport(send.id, {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(alice.consume(send.id, 'x')).rejects.toMatchObject({ code: 'WRONG_STATE' });
      const receive = await bob.createTransport('recv');
      await expect(bob.consume(receive.id, 'x')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      for (let n = 0; n < 3; n++) await bob.createTransport('recv');
      await expect(bob.createTransport('recv')).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
      sender.close();
    });
  });
});
