import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../../src/common/version.js';
import { mintToken } from '../../../src/server/tokens.js';
import { SECRET } from '../../server/support/test-server.js';
import { TestClient } from '../../server/support/test-client.js';
import { Recorder } from '../../sfu/support/recorder.js';

export const MAIN = join(projectRoot(), 'dist', 'src', 'cli', 'main.js');

export interface ServeOptions {
  flags?: string[];
  /** Where its standard output and error go: a pipe that is read, or a file descriptor. */
  stdout?: 'pipe' | number;
  stderr?: 'pipe' | number;
  /** Whether words are recognised and voices encoded; what is not about them starts sooner without. */
  speech?: boolean;
  /** Added to the environment; without a secret it runs in development mode. */
  env?: NodeJS.ProcessEnv;
}

/** `emostream serve`, compiled, in a process group of its own, so that a signal may go to all of the group. */
export class ServeProcess extends Recorder {
  readonly child: ChildProcess;
  output = '';
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  constructor(options: ServeOptions = {}) {
    super();
    const { flags = [], stdout = 'pipe', stderr = 'pipe', speech = true } = options;
    const { env = { EMOSTREAM_JWT_SECRET: SECRET } } = options;
    const args = [MAIN, 'serve', '--http-port', '0', '--rtc-workers', '1', '--analysis-processes', '1', ...flags];
    this.child = spawn(process.execPath, args, {
      detached: true,
      stdio: ['ignore', stdout, stderr],
      env: { ...process.env, ...(speech ? {} : { EMOSTREAM_SPEECH: 'off', EMOSTREAM_VOICE_ENCODER: 'off' }), ...env },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString('utf8');
        this.changed();
      });
    }
    this.exited = once(this.child, 'exit').then(([code, signal]) => {
      this.changed();
      return { code: code as number | null, signal: signal as NodeJS.Signals | null };
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** The port, from what it prints when it is ready for the nth time (from 1). */
  async ready(times = 1): Promise<number> {
    const url = () => {
      const told = [...this.output.matchAll(/emostream is ready: http:\/\/[^:]+:(\d+)/g)][times - 1];
      if (!told && this.child.exitCode !== null) throw new Error(`it ended before it was ready:\n${this.output}`);
      return told?.[1];
    };
    return Number(await this.until(url));
  }

  async connect(port: number, room = 'room', ttlSeconds = 600): Promise<TestClient> {
    const grants = { room, publish: true, subscribe: true, moderate: false };
    const { token } = await mintToken({ secret: new TextEncoder().encode(SECRET) }, grants, {
      ttlSeconds,
      nowMs: Date.now(),
    });
    return TestClient.connect(port, { token });
  }

  /** The server, which is the child of the supervisor. */
  server(): number {
    return childrenOf(this.pid)[0] ?? 0;
  }

  /** mediasoup's workers. */
  workers(): number[] {
    return childrenOf(this.server()).filter((pid) => !isAnalysis(pid));
  }

  /** The processes that decode, and the one that waits. */
  analysisProcesses(): number[] {
    return childrenOf(this.server()).filter(isAnalysis);
  }

  /** Ends whatever is left of it. */
  kill(): void {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
  }
}

/** proc(5), /proc/pid/task/tid/children */
export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

/** proc(5), /proc/pid/cmdline */
function isAnalysis(pid: number): boolean {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('analysis-child');
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
