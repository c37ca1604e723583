import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mintToken } from '../../src/server/tokens.js';
import { SECRET } from '../server/support/test-server.js';
import { Recorder } from '../sfu/support/recorder.js';
import { TestClient } from '../server/support/test-client.js';

const PROBE = fileURLToPath(new URL('../../dist/test/cli/support/uncaught-probe.js', import.meta.url));
const WORDS = { face: false, voice: false, words: true };

let child: ChildProcess;
let port: number;
let output = '';
beforeAll(async () => {
  child = fork(PROBE, [], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const heard = new Recorder();
  child.stdout!.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    heard.changed();
  });
  port = Number(await heard.until(() => /port (\d+)\n/.exec(output)?.[1]));
});
afterAll(() => child.kill('SIGKILL'));

async function uncaught(closed: string): Promise<number> {
  child.send(closed);
  return ((await once(child, 'message')) as [number])[0];
}

async function join(room: string): Promise<TestClient> {
  const grants = { room, publish: true, subscribe: true, moderate: false };
  const { token } = await mintToken({ secret: new TextEncoder().encode(SECRET) }, grants, {
    ttlSeconds: 600,
    nowMs: Date.now(),
  });
  const client = await TestClient.connect(port, { token });
  await client.join('Alice', WORDS);
  return client;
}

const say = (text: string) => ({ text, startMs: 0, endMs: 0, sentMs: 0 });

it.each(['timer', 'promise'])('an error in a %s of one person ends that person and nobody else', async (where) => {
  const before = await uncaught('connection');
  const [unlucky, neighbour, elsewhere] = [await join('room'), await join('room'), await join('other')];
  await unlucky.ask('caption', say(where));
  expect((await unlucky.ended()).code).toBe(1006);
  expect(await neighbour.next('peerLeft')).toMatchObject({ reason: 'failed' });
  for (const client of [neighbour, elsewhere]) {
    expect((await client.ask('createTransport', { direction: 'send' })).ok).toBe(true);
    client.socket.close();
  }
  expect(await uncaught('connection')).toBe(before + 1);
  expect(output).not.toContain('doubt');
});

it('an error while a seat is closed is counted, and the rest of it is closed', async () => {
  const before = await uncaught('nothing');
  const [unlucky, neighbour] = [await join('closing'), await join('closing')];
  const { transportId } = await unlucky.request('createTransport', { direction: 'send' });
  const codec = { mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 };
  const rtpParameters = { codecs: [codec], encodings: [{ ssrc: 5 }] };
  await unlucky.request('produce', { transportId, source: 'microphone', kind: 'audio', rtpParameters });
  await unlucky.request('caption', say('closing'));
  unlucky.socket.close();
  expect(await neighbour.next('peerLeft')).toMatchObject({ reason: 'left' });
  expect(await uncaught('nothing')).toBe(before + 1);
  expect((await neighbour.ask('restartIce', { transportId: 'none' })).ok).toBe(false);
  neighbour.socket.close();
  expect(output).not.toContain('doubt');
});
