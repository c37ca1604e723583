import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { InProcessBus } from '../../src/events/in-process-bus.js';
import { LocalReceiver } from '../sfu/support/local-receiver.js';
import { RecordingAnalyser } from '../sfu/support/recording-analyser.js';
import { RtpSender } from '../sfu/support/rtp-sender.js';
import { ALL, NONE, startServer, type TestServer } from './support/test-server.js';

let subject: TestServer | undefined;
afterEach(() => subject?.close());

const handlers = async ({ server }: TestServer) => {
  const dumps = await Promise.all(server.pool.workers.map(({ worker }) => worker.dump()));
  return dumps.map((dump) => dump.channelMessageHandlers.channelRequestHandlers.length);
};

test('who vanishes without goodbye is missed after two heartbeats', async () => {
  subject = await startServer({ heartbeat: 1000 });
  const alice = await subject.connect({}, { autoPong: false });
  const bob = await subject.connect();
  const { participant } = await alice.join('Alice', ALL);
  await bob.join('Bob');
  expect(await bob.next('peerLeft')).toEqual({ type: 'peerLeft', participant, reason: 'timed-out' });
  expect(subject.analyser.of(participant).closed).toBe('timed-out');
  await alice.ended();
  // Bob answers his pings and stays, though he says nothing.
  const { pings } = bob;
  await bob.until(() => bob.pings >= pings + 3);
  expect(bob.closed).toBeUndefined();
});

test('who reads nothing is missed too, although they send pongs', async () => {
  subject = await startServer({ heartbeat: 1000 });
  const [alice, bob] = [await subject.connect({}, { autoPong: false }), await subject.connect()];
  const { participant } = await alice.join();
  await bob.join('Bob');
  const pongs = setInterval(() => alice.socket.pong(), 400);
  expect(await bob.next('peerLeft')).toEqual({ type: 'peerLeft', participant, reason: 'timed-out' });
  clearInterval(pongs);
});

test('a connection that breaks is a participant timed out, a socket that closes is one who left', async () => {
  subject = await startServer();
  const bob = await subject.connect();
  await bob.join('Bob');
  for (const [index, reason] of (['timed-out', 'left'] as const).entries()) {
    const alice = await subject.connect();
    const { participant } = await alice.join('Alice');
    if (reason === 'left') alice.socket.close();
    else alice.socket.terminate();
    expect(await bob.next('peerLeft', index)).toEqual({ type: 'peerLeft', participant, reason });
    expect(subject.analyser.of(participant).closed).toBe(reason);
  }
});

test('when a media worker dies, the room is told to join again, and can', async () => {
  subject = await startServer();
  const [alice, bob] = [await subject.connect(), await subject.connect()];
  const { participant } = await alice.join('Alice', ALL);
  await bob.join('Bob');
  await alice.request('createTransport', { direction: 'send' });
  process.kill(subject.server.pool.workers[0]?.worker.pid ?? 0, 'SIGKILL');
  await Promise.all([alice.next('roomReset'), bob.next('roomReset')]);
  expect(alice.of('peerLeft')).toEqual([]);
  expect(subject.analyser.of(participant).closed).toBe('worker-died');
  const seats = await Promise.all([alice.join('Alice', ALL), bob.join('Bob')]);
  expect(seats.map((seat) => seat.peers.length).sort()).toEqual([0, 1]);
  await alice.request('createTransport', { direction: 'send' });
  expect(subject.meter.value('emostream_worker_restarts_total', { worker: 'mediasoup' })).toBe(1);
});

test('the same identity from a new connection takes over the seat, also alone in the room', async () => {
  subject = await startServer();
  const first = await subject.connect({}, { subject: 'alice' });
  expect((await first.join('Alice')).participant).toBe('alice');
  const second = await subject.connect({}, { subject: 'alice' });
  expect(await second.join('Alice')).toMatchObject({ participant: 'alice', peers: [] });
  expect(await first.ended()).toMatchObject({ code: 4001 });

  const bob = await subject.connect({}, { subject: 'bob' });
  await bob.join('Bob');
  const third = await subject.connect({}, { subject: 'alice' });
  const { peers } = await third.join('Alice');
  expect(peers.map((peer) => peer.participant)).toEqual(['bob']);
  expect(await bob.next('peerLeft')).toMatchObject({ participant: 'alice', reason: 'removed' });
  expect(await bob.next('peerJoined')).toMatchObject({ peer: { participant: 'alice' } });
  expect(subject.meter.value('emostream_participants')).toBe(2);
});

test('people who come and go leave nothing behind', async () => {
  subject = await startServer();
  const before = await handlers(subject);
  for (let round = 0; round < 3; round++) {
    const clients = await Promise.all(Array.from({ length: 6 }, () => subject!.connect()));
    for (const [index, client] of clients.entries()) {
      const { participant } = await client.join(`P${index}`, ALL);
      await client.request('subscribe', {});
      const send = await client.request('createTransport', { direction: 'send' });
      await client.request('createTransport', { direction: 'recv' });
      const { producerId } = await client.request('produce', {
        transportId: send.transportId,
        source: 'microphone',
        kind: 'audio',
        rtpParameters: {
          codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }],
          encodings: [{ ssrc: 1000 + index }],
        },
      });
      expect(subject.analyser.of(participant).tracks).toHaveLength(1);
      for (const peer of clients.slice(0, index)) {
        const seen = await peer.until(() =>
          peer.of('producerAdded').find((added) => added.participant === participant),
        );
        expect(seen.producer.producerId).toBe(producerId);
      }
    }
    expect(subject.meter.value('emostream_participants')).toBe(6);
    for (const [index, client] of clients.entries()) {
      if (index % 2) client.socket.close();
      else client.socket.terminate();
    }
    await subject.meter.until(() => subject?.server.rooms.open.size === 0);
    await subject.meter.until(() => subject?.meter.value('emostream_subscribers') === 0);
  }
  expect(await handlers(subject)).toEqual(before);
  expect(subject.server.sockets).toBe(0);
  expect(subject.analyser.openTracks).toEqual([]);
  expect(subject.meter.value('emostream_participants')).toBe(0);
  expect(subject.meter.value('emostream_rooms')).toBe(0);
  expect(subject.meter.value('emostream_taps', { modality: 'voice' })).toBe(0);
});

test('a socket that closes while its join is on the way leaves no participant', async () => {
  subject = await startServer();
  for (let round = 0; round < 10; round++) {
    const client = await subject.connect({ room: `room-${round}` });
    const join = { type: 'join', id: 1, name: 'A', consent: NONE, rtpCapabilities: {} };
    client.send(JSON.stringify(join));
    client.send(JSON.stringify({ type: 'createTransport', id: 2, direction: 'send' }));
    client.socket.terminate();
    await client.ended();
  }
  const last = await subject.connect();
  await last.join();
  await last.request('leave', {});
  await subject.meter.until(() => subject?.server.sockets === 1 && subject.server.rooms.open.size === 0);
  expect(subject.server.rooms.members).toBe(0);
});

test('what somebody asked who is gone by now is not begun: nobody would end their subscription', async () => {
  subject = await startServer();
  const { pool } = subject.server;
  const acquire = pool.acquire.bind(pool);
  let open = () => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  const acquiring = vi.spyOn(pool, 'acquire').mockImplementationOnce(async (patienceMs) => {
    await gate;
    return acquire(patienceMs);
  });
  const client = await subject.connect({ room: '*' });
  client.send(JSON.stringify({ type: 'join', id: 1, room: 'a', name: 'A', consent: NONE, rtpCapabilities: {} }));
  await vi.waitUntil(() => acquiring.mock.calls.length === 1);
  client.send(JSON.stringify({ type: 'subscribe', id: 2, room: 'b' }));
  client.socket.close();
  await vi.waitUntil(() => subject?.server.sockets === 0);
  open();
  // Into the same room: the one before was answered before this one.
  const other = await subject.connect({ room: 'a' });
  await other.join();
  await vi.waitUntil(() => subject?.server.rooms.members === 1);
  expect(subject.meter.value('emostream_subscribers') ?? 0).toBe(0);
  expect(subject.bus.rooms).toBe(0);
});

test('closing tells everybody how it ends, and leaves no process and no port', async () => {
  const bus = new InProcessBus({ journalSize: 10, maxRooms: 10 });
  // An analyser that says how it ended, as the real one does.
  const recording = new RecordingAnalyser(await LocalReceiver.create());
  const analyser = {
    open: (who: { room: string; participant: string }) => {
      const analysis = recording.open(who);
      return {
        ...analysis,
        close: (reason: Parameters<typeof analysis.close>[0]) => {
          analysis.close(reason);
          bus.publish({ type: 'end', ...who, at: 0, reason });
        },
      };
    },
  };
  subject = await startServer({}, { analyser, bus });
  const alice = await subject.connect();
  const { participant } = await alice.join('Alice', ALL);
  await alice.request('subscribe', {});
  const room = subject.server.rooms.open.get('room')?.room;
  if (!room) throw new Error('the room is not open');
  const sender = await RtpSender.create(room.router);
  await room.participants.get(participant)?.adopt(await sender.opus(7001), 'microphone');
  const pids = subject.server.pool.workers.map(({ worker }) => worker.pid);
  const { port } = subject.server;

  await Promise.all([subject.server.close(), subject.server.close()]);
  sender.close();
  expect(await alice.ended()).toMatchObject({ code: 1012 });
  expect(alice.messages.slice(-2).map((message) => message.type)).toEqual(['end', 'serverClosing']);
  expect(alice.of('end')[0]).toMatchObject({ participant, reason: 'server-closing' });
  expect(recording.of(participant).closed).toBe('server-closing');
  expect(recording.openTracks).toEqual([]);
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  const socket = connect(port, '127.0.0.1');
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
});

test('a client that does not answer the closing does not hold it up', async () => {
  subject = await startServer();
  const client = await subject.connect();
  client.socket.pause();
  await subject.server.close();
  expect(subject.server.sockets).toBe(0);
});
