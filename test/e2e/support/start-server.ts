import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { projectRoot } from '../../../src/common/version.js';

/** The compiled command line. */
export const MAIN = join(projectRoot(), 'dist', 'src', 'cli', 'main.js');
const KEPT_OUTPUT = 20_000;

export interface TestServer {
  url: string;
  /** Ends it as Ctrl-C would, and waits for its end. */
  stop(): Promise<void>;
}

/**
 * Starts the product as a user does, in a process of its own, on any free port.
 * @param flags more of them, such as `--allow-words`, `false`
 */
export async function startServer(flags: string[] = []): Promise<TestServer> {
  const args = [MAIN, 'serve', '--http-port', '0', '--log-level', 'warn', ...flags];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  // Also where a test is broken off.
  const end = () => child.kill('SIGTERM');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  const url = await readyAddress(child);
  return {
    url,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function readyAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-KEPT_OUTPUT);
      const ready = /emostream is ready: (http:\/\/\S+)/.exec(output)?.[1];
      if (ready) resolve(ready);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code} before it was ready:\n${output}`)));
  });
}
