import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { SetupError } from './failure.mjs';

/** How many of a failed program's last lines are shown; the log has all. */
const SHOWN_LINES = 30;

/**
 * Runs a program to its end, its output into a log file.
 * @param {string} program
 * @param {string[]} args
 * @param {{
 *   what: string, remedy: string, log: string, cwd?: string, env?: NodeJS.ProcessEnv,
 *   onLine?: (line: string) => void, mayFail?: boolean,
 * }} options `what` names the work in the error ("npm ci"); `onLine` sees each line of output, for progress; with
 *   `mayFail` an exit status other than 0 is returned, not thrown
 * @returns {Promise<number>} the exit status
 */
export async function runCommand(program, args, options) {
  mkdirSync(dirname(options.log), { recursive: true });
  const log = createWriteStream(options.log);
  log.write(`$ ${[program, ...args].join(' ')}\n`);
  /** @type {string[]} */
  const last = [];
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${line}\n`);
      last.push(line);
      if (last.length > SHOWN_LINES) last.shift();
      options.onLine?.(line);
    });
  }
  /** @type {number | Error} */
  const outcome = await new Promise((resolve) => {
    child.once('error', resolve);
    child.once('close', (code, signal) => resolve(code ?? new Error(`ended by ${signal}`)));
  });
  await new Promise((resolve) => log.end(resolve));
  if (outcome === 0 || (options.mayFail && typeof outcome === 'number')) return outcome;
  const how = outcome instanceof Error ? outcome.message : `exit status ${outcome}`;
  throw new SetupError(`${options.what} (${how})`, {
    remedy: options.remedy,
    output: last.join('\n'),
    log: options.log,
  });
}

/**
 * The first of some programs that the search path has.
 * @param {string[]} names
 * @param {NodeJS.ProcessEnv} [env]
 */
export function findProgram(names, env = process.env) {
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  for (const name of names) {
    for (const folder of folders) {
      const path = join(folder, name);
      if (existsSync(path)) return path;
    }
  }
  return undefined;
}

/**
 * The environment with a folder put first on the search path.
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {NodeJS.ProcessEnv}
 */
export function withPathFirst(folder, env = process.env) {
  const rest = (env.PATH ?? '').split(delimiter).filter((entry) => entry && entry !== folder);
  return { ...env, PATH: [folder, ...rest].join(delimiter) };
}
