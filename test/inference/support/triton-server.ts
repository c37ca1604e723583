import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { userCache } from '../../../src/common/install/user-cache.js';
import { freePort } from '../../support/free-port.js';

const FOLDER = join(userCache(), 'triton-2.51');
const FACTS = join(FOLDER, 'triton.json');

/** Why there is none here; null where there is. */
export const noTriton = existsSync(FACTS) ? null : 'there is no Triton here: `node scripts/triton.mjs` brings it';

const READY_MS = 60_000;
const ASK_AGAIN_MS = 50;

/** A real Triton on loopback, with its Python backend. */
export class TritonServer {
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly #repository: string;
  #process: ChildProcess | null = null;
  #log = '';

  private constructor(repository: string, grpcPort: number, httpPort: number) {
    this.#repository = repository;
    this.grpcPort = grpcPort;
    this.httpPort = httpPort;
  }

  /** @param repository of `emostream model export --format triton`, that of the Python backend */
  static async start(repository: string): Promise<TritonServer> {
    const server = new TritonServer(repository, await freePort(), await freePort());
    await server.start();
    return server;
  }

  get grpc(): string {
    return `grpc://127.0.0.1:${String(this.grpcPort)}`;
  }

  get http(): string {
    return `http://127.0.0.1:${String(this.httpPort)}`;
  }

  /** Starts it, again where it was killed; resolves when it is ready. */
  async start(): Promise<void> {
    const { site, server, libraries } = JSON.parse(readFileSync(FACTS, 'utf8')) as Record<string, string>;
    const program = join(FOLDER, server!);
    const options = [
      `--model-repository=${this.#repository}`,
      `--backend-directory=${join(program, 'backends')}`,
      ...['--http-address=127.0.0.1', `--http-port=${String(this.httpPort)}`],
      ...['--grpc-address=127.0.0.1', `--grpc-port=${String(this.grpcPort)}`],
      ...['--allow-metrics=false', '--disable-auto-complete-config', '--exit-timeout-secs=1'],
    ];
    const child = spawn(join(program, 'bin', 'tritonserver'), options, {
      // A group of its own: its models run in processes of theirs.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        LD_LIBRARY_PATH: [join(FOLDER, site!, 'nvidia_pytriton.libs'), libraries].join(':'),
        VIRTUAL_ENV: join(FOLDER, 'venv'),
        PYTHONPATH: join(FOLDER, site!),
        PATH: `${join(FOLDER, 'venv', 'bin')}:${process.env['PATH'] ?? ''}`,
      },
    });
    this.#process = child;
    this.#log = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (piece: Buffer) => (this.#log = `${this.#log}${piece.toString()}`.slice(-20_000)));
    }
    const until = performance.now() + READY_MS;
    while (!(await this.#ready())) {
      if (child.exitCode !== null || performance.now() > until) {
        await this.kill();
        throw new Error(`Triton did not start:\n${this.#log}`);
      }
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }

  /** Ends it at once, with whatever it has in hand. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (!child) return;
    const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null;
    signal(child, 'SIGKILL');
    await gone;
  }

  hang(): void {
    signal(this.#process, 'SIGSTOP');
  }

  goOn(): void {
    signal(this.#process, 'SIGCONT');
  }

  async #ready(): Promise<boolean> {
    const answer = await fetch(`${this.http}/v2/health/ready`).catch(() => null);
    await answer?.body?.cancel();
    return answer?.ok ?? false;
  }
}

/** To it and all that it started. */
function signal(child: ChildProcess | null, name: NodeJS.Signals): void {
  if (child?.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    // It is gone.
  }
}
