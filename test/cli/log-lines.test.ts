import { afterEach, expect, it } from 'vitest';
import type { TestClient } from '../server/support/test-client.js';
import { ServeProcess } from './support/serve-process.js';

type Line = { level: number; msg: string; [key: string]: unknown };

/** All that a line may be made of: ids, numbers, words of ours. */
const KEYS = [
  ...['level', 'time', 'msg', 'err', 'audit', 'atMs', 'event', 'room', 'participant', 'source', 'problem', 'consent'],
  ...['showWords', 'reason', 'engine', 'model', 'worker', 'pid', 'step', 'quarantine', 'code', 'signal'],
  ...['handlingMedia', 'isSetAside', 'nextMs', 'advice', 'device', 'maxBatch', 'maxQueueDelay', 'passedOver'],
];
/** How busy this machine is: it may come at any time. */
const LOAD = 'what gives way in an analysis process has changed';
const CAMERA = {
  kind: 'video' as const,
  source: 'camera' as const,
  rtpParameters: {
    codecs: [{ mimeType: 'video/VP8', payloadType: 101, clockRate: 90_000 }],
    encodings: [{ ssrc: 7001 }],
  },
};

let server: ServeProcess;
afterEach(() => server.kill());

const lines = (): Line[] =>
  server.output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line)
    .filter(({ msg }) => msg !== LOAD);
/** Lines with this message, awaited until there is one. */
const said = (msg: string) =>
  server.until(() => {
    const found = lines().filter((line) => line.msg === msg);
    return found.length > 0 && found;
  });

it('each change of state is one line, seconds that go well are none, and none holds more than ids', async () => {
  server = new ServeProcess();
  const port = await server.ready();
  const client = await server.connect(port, 'a-room');
  await client.request('subscribe', {});
  const { participant } = await client.join('Mallory Secret', { face: true, voice: false, words: true });
  await says(client, 'something private');
  expect(await said('room opened')).toMatchObject([{ level: 30, room: 'a-room' }]);
  await client.next('emotion');

  // A camera whose media never come.
  const { transportId } = await client.request('createTransport', { direction: 'send' });
  const { producerId } = await client.request('produce', { transportId, ...CAMERA });
  expect(await said('a track is not analysed')).toMatchObject([
    { level: 30, participant, source: 'camera', problem: 'not-connected' },
  ]);
  await client.request('closeProducer', { producerId });
  await said('a track is well again');
  await says(client, 'something private again');
  const before = lines().length;
  const events = client.of('emotion').length;
  await client.next('emotion', events + 3);
  expect(lines().slice(before)).toEqual([]);

  const [first] = await said('an analysis process takes people');
  process.kill(server.analysisProcesses()[0] ?? 0, 'SIGKILL');
  expect(await said('an analysis process ended')).toMatchObject([{ level: 50, signal: 'SIGKILL' }]);
  const taking = 'an analysis process takes people';
  await server.until(() => lines().filter(({ msg }) => msg === taking).length === 2);
  expect(lines().filter(({ msg, pid }) => msg === taking && pid === first?.pid)).toHaveLength(1);

  process.kill(server.workers()[0] ?? 0, 'SIGKILL');
  expect(await said('a mediasoup worker died; starting another')).toHaveLength(1);
  expect(await said('another mediasoup worker has taken the place')).toMatchObject([{ level: 30, worker: 0 }]);
  expect(await said('room closed')).toMatchObject([{ level: 30, room: 'a-room', reason: 'worker-died' }]);
  process.kill(server.pid, 'SIGTERM');
  await server.exited;

  const all = lines();
  const audit = all.filter(({ msg }) => msg === 'audit');
  expect(audit.map(({ event }) => event)).toEqual(['join', 'leave']);
  const rest = all.filter(({ msg }) => msg !== 'audit' && msg !== taking).map(({ msg }) => msg);
  expect(rest.length).toBe(new Set(rest).size);
  expect(all.flatMap((line) => Object.keys(line)).filter((key) => !KEYS.includes(key))).toEqual([]);
  for (const secret of ['Mallory', 'Secret', 'private', '127.0.0.1']) expect(JSON.stringify(all)).not.toContain(secret);
});

async function says(client: TestClient, text: string): Promise<void> {
  const now = Date.now();
  await client.request('caption', { text, startMs: now, endMs: now, sentMs: now });
}
