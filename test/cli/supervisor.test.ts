import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { SECRET } from '../server/support/test-server.js';
import { TestClient } from '../server/support/test-client.js';
import { childrenOf, isAlive, MAIN, ServeProcess } from './support/serve-process.js';

const PLANT = fileURLToPath(new URL('./fixtures/throw-on-signal.mjs', import.meta.url));
const EXECUTE = fileURLToPath(new URL('../../scripts/setup/execute.mjs', import.meta.url));
const WORDS = { face: false, voice: false, words: true };

let subject: ServeProcess;
afterEach(() => subject.kill());

const restarts = async (port: number) => {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^emostream_worker_restarts_total\{worker="server"\} (\d+)/m.exec(text)?.[1]);
};

/** A token as the page of the development mode gets one. */
async function developmentToken(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/api/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ room: 'room' }),
  });
  return ((await response.json()) as { token: string }).token;
}

/** Nowhere where another user of the machine could read it: 32 bytes as hexadecimal digits. */
function expectNoSecret(pid: number): void {
  expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toMatch(/[0-9a-f]{64}/);
  const ours = Object.values(process.env);
  const added = readFileSync(`/proc/${pid}/environ`, 'utf8')
    .split('\0')
    .filter((variable) => !ours.includes(variable.slice(variable.indexOf('=') + 1)));
  expect(added.join('\n')).not.toMatch(/[0-9a-f]{64}/);
}

describe('a server that crashes', () => {
  it('or hangs, is followed by another, at the same address, with the same secret', async () => {
    subject = new ServeProcess({ speech: false, env: { EMOSTREAM_JWT_SECRET: undefined } });
    const port = await subject.ready();
    const token = await developmentToken(port);
    for (const [before, signal] of (['SIGSEGV', 'SIGSTOP'] as const).entries()) {
      expect(await restarts(port)).toBe(before);
      const [server, workers] = [subject.server(), subject.workers()];
      for (const pid of [subject.pid, server, ...workers]) expectNoSecret(pid);
      const client = await TestClient.connect(port, { token });
      await client.join();

      process.kill(server, signal);
      expect((await client.ended()).code).toBe(1006);
      expect(await subject.ready(before + 2)).toBe(port);
      expect(isAlive(server)).toBe(false);
      for (const worker of workers) await expect.poll(() => isAlive(worker)).toBe(false);
      // The secret was handed over: who has a token goes on with it.
      const after = await TestClient.connect(port, { token });
      await after.join();
      after.socket.close();
    }
    expect(await restarts(port)).toBe(2);
    expect(subject.output).toContain('the server hangs');
    expect(subject.output).not.toMatch(/[0-9a-f]{64}/);

    // One that is asked to end itself is not followed by another.
    process.kill(subject.server(), 'SIGTERM');
    expect(await subject.exited).toEqual({ code: 0, signal: null });
  });

  it('is not followed when it cannot even start, and says why once', async () => {
    subject = new ServeProcess({ speech: false, flags: ['--max-message-bytes', 'many'] });
    expect((await subject.exited).code).toBe(1);
    expect(subject.output.match(/CONFIG_INVALID/g)).toHaveLength(1);
  });
});

it('an error that belongs to nobody drains the server, and another takes its place; it goes with a supervisor that dies', async () => {
  subject = new ServeProcess({
    speech: false,
    env: { EMOSTREAM_JWT_SECRET: SECRET, NODE_OPTIONS: `--import ${PLANT}` },
  });
  const port = await subject.ready();
  const client = await subject.connect(port);
  await client.request('subscribe', {});
  await client.join('Alice', WORDS);
  await client.next('begin');

  // Thrown; that one is rejected with is taken in the same way (uncaught.test.ts).
  process.kill(subject.server(), 'SIGUSR2');
  // In order: everybody is told.
  expect((await client.next('end')).reason).toBe('server-closing');
  await client.next('serverClosing');
  expect((await client.ended()).code).toBe(1012);
  expect(await subject.ready(2)).toBe(port);
  expect(await restarts(port)).toBe(1);

  const again = await subject.connect(port);
  await again.join();
  const all = [subject.server(), ...subject.workers()];
  subject.child.kill('SIGKILL');
  await again.next('serverClosing');
  expect((await again.ended()).code).toBe(1012);
  for (const pid of all) await expect.poll(() => isAlive(pid), { timeout: 60_000 }).toBe(false);
});

it('a supervisor whose launcher is killed ends with it', async () => {
  const args = [
    MAIN,
    'serve',
    '--http-port',
    '0',
    '--rtc-workers',
    '1',
    '--analysis-processes',
    '1',
    '--speech',
    'off',
  ];
  const script = `import { execute } from ${JSON.stringify(EXECUTE)}; await execute(process.execPath, ${JSON.stringify(args)});`;
  const launcher = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ready = /emostream is ready/;
  for await (const chunk of launcher.stdout) if (ready.test(String(chunk))) break;
  const [supervisor] = childrenOf(launcher.pid!);
  const [server] = childrenOf(supervisor!);
  launcher.kill('SIGKILL');
  for (const pid of [supervisor!, server!]) await expect.poll(() => isAlive(pid), { timeout: 15_000 }).toBe(false);
});
