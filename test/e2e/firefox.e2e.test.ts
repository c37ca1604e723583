import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { projectRoot } from '../../src/common/version.js';
import { CASES } from './firefox/cases.js';
import type { Played } from './firefox/child.js';
import { testNetwork } from './firefox/network.js';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });

const firefox = process.env.FIREFOX_PATH ?? '/usr/bin/firefox-esr';
const network = existsSync(firefox) ? await testNetwork() : { missing: `there is no Firefox at ${firefox}` };
if ('missing' in network) console.log(`The call in Firefox is not tested: ${network.missing}`);

/** Server and browsers run together in a network of their own, in a process of its own that reports case by case. */
describe.skipIf('missing' in network)('the call in Firefox', () => {
  let child: ChildProcess;
  let failed: string | undefined;
  const played = new Map<string, Played>();
  let wake = () => {};

  beforeAll(() => {
    const command = 'command' in network ? network.command : [];
    const [program, ...args] = [
      ...command,
      process.execPath,
      join(projectRoot(), 'dist', 'test', 'e2e', 'firefox', 'child.js'),
    ];
    const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin`, FIREFOX_PATH: firefox };
    child = spawn(program!, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env });
    child.on('message', (message: Played) => {
      if (message.name === undefined) failed = message.error;
      else played.set(message.name, message);
      wake();
    });
    child.once('exit', (code, signal) => {
      failed ??= `the process ended (${code ?? signal}) before this was played`;
      wake();
    });
  });

  afterAll(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    if (failed !== undefined || played.size < CASES.length) child.kill();
    const patience = setTimeout(() => child.kill('SIGKILL'), 30_000);
    await exited;
    clearTimeout(patience);
  });

  it.each(CASES.map(({ name }) => [name] as const))('%s', async (name) => {
    while (!played.has(name) && failed === undefined) await new Promise<void>((resolve) => (wake = resolve));
    const error = played.get(name)?.error ?? (played.has(name) ? undefined : failed);
    if (error !== undefined) throw new Error(error);
  });
});
