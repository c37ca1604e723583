import { fork } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectRoot } from '../../src/common/version.js';
import { workerUrl } from '../../src/common/worker-url.js';
import { checkedEnvironment } from './checked.js';
import type { FromFuzzChild, FuzzOrder } from './messages.js';

/** Found inputs, and those being played. */
export const OUTPUT = join(projectRoot(), 'test-output', 'fuzz');
/** Without a word for so long, a child hangs, or an input takes for ever. */
const SILENCE_MS = 120_000;

export interface FuzzRunOptions {
  seed: number;
  first?: number;
  plays?: number;
  forMs?: number;
  replay?: string[];
  /** Under an allocator that checks. */
  checked?: boolean;
  plant?: boolean;
  onProgress?: (plays: number) => void;
}

export interface FuzzOutcome {
  target: string;
  /** What went wrong; null: nothing. */
  failure: string | null;
  /** The input that did it, as a file. */
  inputFile: string | null;
  plays: number;
  reached: Record<string, number>;
}

/** Plays inputs to a target in a process of its own. A crash, a hang or a broken rule is an outcome, with the input in a file. */
export async function fuzz(target: string, options: FuzzRunOptions): Promise<FuzzOutcome> {
  mkdirSync(OUTPUT, { recursive: true });
  const current = join(OUTPUT, `${target}-${String(process.pid)}-current.json`);
  const order: FuzzOrder = {
    target,
    seed: options.seed,
    first: options.first ?? 0,
    plays: options.plays ?? null,
    forMs: options.forMs ?? null,
    inputFile: current,
    replay: options.replay ?? null,
    plant: options.plant ?? false,
  };
  const child = fork(fileURLToPath(workerUrl(import.meta.url, './child.js')), [JSON.stringify(order)], {
    execArgv: ['--expose-gc'],
    env: { ...process.env, ...(options.checked ? checkedEnvironment() : {}) },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let stderr = '';
  child.stderr?.on('data', (data: Buffer) => {
    stderr = (stderr + data.toString()).slice(-4000);
  });
  const outcome: FuzzOutcome = { target, failure: null, inputFile: null, plays: 0, reached: {} };
  let done = false;
  const hang = (): void => {
    outcome.failure = `no sign of life for ${String(SILENCE_MS / 1000)} s`;
    child.kill('SIGKILL');
  };
  let watchdog = setTimeout(hang, SILENCE_MS);
  child.on('message', (message: FromFuzzChild) => {
    clearTimeout(watchdog);
    watchdog = setTimeout(hang, SILENCE_MS);
    if (message.type === 'failed') outcome.failure = `play ${String(message.play)}: ${message.message}`;
    else outcome.plays = message.plays;
    if (message.type === 'playing') options.onProgress?.(message.plays);
    if (message.type === 'done') {
      outcome.reached = message.reached;
      done = true;
    }
  });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once('close', (exitCode, exitSignal) => resolve([exitCode, exitSignal]));
  });
  clearTimeout(watchdog);
  if (!outcome.failure && (!done || code !== 0)) {
    outcome.failure = `the process ended (${signal ?? `status ${String(code)}`})\n${stderr.trim()}`;
  }
  if (outcome.failure && existsSync(current)) {
    outcome.inputFile = join(OUTPUT, `${target}-${String(options.seed)}-found-${String(Date.now())}.json`);
    copyFileSync(current, outcome.inputFile);
  }
  return outcome;
}
