import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { build } from 'vite';
import { projectFile } from '../../../bench/support/project-file.js';
import { Recorder } from '../../sfu/support/recorder.js';

/** A program that sends by WHIP. */
export class Sender extends Recorder {
  output = '';
  exitCode: number | null | undefined;
  readonly #child: ChildProcess;

  constructor(program: string, args: string[]) {
    super();
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output = (this.output + chunk.toString('utf8')).slice(-20_000);
        this.changed();
      });
    }
    this.#child.once('exit', (code) => {
      this.exitCode = code;
      this.changed();
    });
  }

  /** What it is about to do, or why it ended. @throws Error with its output when it ends first */
  async orEnd<T>(wanted: Promise<T>): Promise<T> {
    const ended = this.until(() => this.exitCode !== undefined).then(() => {
      throw new Error(`the sender ended with ${String(this.exitCode)}:\n${this.output}`);
    });
    return Promise.race([wanted, ended]);
  }

  endInput(): void {
    this.#child.stdin?.end();
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

const AIORTC = ['aiortc==1.16.0', 'aiohttp>=3.10'];

/** A Python with aiortc, made once and kept beside the packages. @returns its path, or why there is none */
export function pythonWithAiortc(): { python: string } | { lack: string } {
  const home = projectFile('node_modules/.cache/emostream-aiortc');
  const python = join(home, 'bin', 'python');
  const has = () => existsSync(python) && spawnSync(python, ['-c', 'import aiortc, aiohttp']).status === 0;
  if (has()) return { python };
  if (spawnSync('python3', ['-m', 'venv', '--clear', home]).status !== 0)
    return { lack: 'there is no python3 with venv' };
  const pip = spawnSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...AIORTC]);
  return has() ? { python } : { lack: `pip cannot install aiortc: ${String(pip.stderr).slice(-300)}` };
}

/** `@eyevinn/whip-web-client` as one script that sets `Whip.WHIPClient`. */
export async function webClient(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@eyevinn/whip-web-client');
  const outputs = await build({
    configFile: false,
    logLevel: 'silent',
    build: { write: false, minify: false, lib: { entry, formats: ['iife'], name: 'Whip' } },
  });
  const [output] = [outputs].flat();
  if (!output || !('output' in output)) throw new Error('nothing was bundled');
  return output.output[0].code;
}
