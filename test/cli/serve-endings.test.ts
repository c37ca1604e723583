import { closeSync, openSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { TestClient } from '../server/support/test-client.js';
import { isAlive, ServeProcess } from './support/serve-process.js';

const WORDS = { face: false, voice: false, words: true };

let subject: ServeProcess;
afterEach(() => subject.kill());

/** Somebody of whom something is analysed, and who hears of it. */
async function somebody(port: number, name: string): Promise<TestClient> {
  const client = await subject.connect(port);
  await client.request('subscribe', {});
  await client.join(name, WORDS);
  return client;
}

describe.each([
  ['SIGTERM to the process', 'SIGTERM', false],
  ['SIGINT to the whole process group, as Ctrl-C', 'SIGINT', true],
] as const)('%s', (_, signal, group) => {
  it('is told as the server’s closing: first the ends, then the closing, then the workers go', async () => {
    subject = new ServeProcess({ speech: false });
    const port = await subject.ready();
    const clients = [await somebody(port, 'Alice'), await somebody(port, 'Bob')];
    const workers = subject.workers();
    expect(workers.length).toBe(1);
    const analysis = subject.analysisProcesses();
    expect(analysis.length).toBeGreaterThan(0);
    let workerAtClosing: boolean | undefined;
    clients[0]?.socket.on('message', (data) => {
      if ((data as Buffer).toString().includes('serverClosing')) workerAtClosing = isAlive(workers[0] ?? 0);
    });
    await clients[0]?.until(() => clients[0]?.of('begin').length === 2);

    process.kill(group ? -subject.pid : subject.pid, signal);
    for (const client of clients) {
      expect(await client.ended()).toEqual({ code: 1012, reason: expect.stringMatching(/^CLOSED: /) as string });
      expect(client.of('end').map((event) => event.reason)).toEqual(['server-closing', 'server-closing']);
      expect(client.messages.slice(-3).map((message) => message.type)).toEqual(['end', 'end', 'serverClosing']);
      expect(client.of('roomReset')).toEqual([]);
    }
    // The worker is in another group, and lives until everybody was told.
    expect(workerAtClosing).toBe(true);
    expect(await subject.exited).toEqual({ code: 0, signal: null });
    for (const pid of [...workers, ...analysis]) expect(isAlive(pid)).toBe(false);
  });
});

describe('a server that is asked to end', () => {
  it('ends while it starts, and leaves no process', async () => {
    subject = new ServeProcess({ speech: false });
    // Between the engine, which is ready, and the server, which is not.
    await subject.until(() => subject.output.includes('engine ready'));
    const server = subject.server();
    subject.child.kill('SIGTERM');
    expect(await subject.exited).toEqual({ code: 0, signal: null });
    expect(subject.output).toContain('before it was ready');
    // A worker that had been started ends when the other end of its channel is gone; nobody is left in the group then.
    for (const pid of [server, -server]) await expect.poll(() => isAlive(pid), { timeout: 60_000 }).toBe(false);
  });
});

describe('output that cannot be written', () => {
  it('is lost and counted; the calls go on, and it closes while rooms are being opened', async () => {
    const full = openSync('/dev/full', 'w');
    try {
      // The ready line goes to a pipe; everything that is logged meets a full disk.
      subject = new ServeProcess({ speech: false, stderr: full });
    } finally {
      closeSync(full);
    }
    const port = await subject.ready();
    const alice = await somebody(port, 'Alice');
    const bob = await somebody(port, 'Bob');
    await alice.request('createTransport', { direction: 'send' });
    await bob.request('leave', {});
    await alice.next('peerLeft');
    const scrape = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    await expect
      .poll(async () => Number(/^emostream_log_lines_lost_total (\d+)/m.exec(await scrape())?.[1]), { timeout: 60_000 })
      // "engine ready", three joins and leaves at least.
      .toBeGreaterThanOrEqual(4);
    const others = await Promise.all(Array.from({ length: 20 }, (_, i) => subject.connect(port, `room-${i}`)));
    for (const client of others) void client.join('Alice', WORDS);
    subject.child.kill('SIGTERM');
    for (const client of [alice, ...others]) expect(await client.ended()).toMatchObject({ code: 1012 });
    expect(await subject.exited).toEqual({ code: 0, signal: null });
  });

  it('does not end the server when whoever read it is gone; and a wish to end that is handed on thrice is one', async () => {
    subject = new ServeProcess({ speech: false });
    const port = await subject.ready();
    subject.child.stdout?.destroy();
    subject.child.stderr?.destroy();
    const alice = await somebody(port, 'Alice');
    await alice.request('leave', {});
    await alice.join('Alice', WORDS);
    // The sentence that it closes goes nowhere either.
    for (let i = 0; i < 3; i++) subject.child.kill('SIGINT');
    expect(await alice.ended()).toMatchObject({ code: 1012 });
    expect(alice.of('end').at(-1)?.reason).toBe('server-closing');
    expect(await subject.exited).toEqual({ code: 0, signal: null });
  });
});
