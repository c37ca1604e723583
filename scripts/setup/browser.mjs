import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findProgram } from './command.mjs';
import { SetupError } from './failure.mjs';

/**
 * A browser that the tests need; the product does not.
 * @typedef {{ name: string, variable: string, programs: string[], remedy: string }} BrowserKind
 */

/**
 * The browser that its variable names, or one on the search path.
 * @param {BrowserKind} kind
 * @param {NodeJS.ProcessEnv} env
 */
export function findBrowser(kind, env) {
  return env[kind.variable] || findProgram(kind.programs, env);
}

/** @param {BrowserKind} kind @param {NodeJS.ProcessEnv} env @returns {string} its path */
export function checkBrowser(kind, env) {
  const { name, variable } = kind;
  const remedy = `${kind.remedy}, name it with ${variable}, and run the command again`;
  const path = findBrowser(kind, env);
  if (!path) throw new SetupError(`the browser tests need ${name}, and there is none`, { remedy });
  if (!existsSync(path)) throw new SetupError(`${variable} names ${path}, and nothing is there`, { remedy });
  const result = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 60_000 });
  if (result.status !== 0) {
    throw new SetupError(`${path} does not start`, {
      remedy,
      output: (result.stderr || result.error?.message || '').trim(),
    });
  }
  return path;
}
