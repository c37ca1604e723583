import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findProgram } from './command.mjs';
import { SetupError } from './failure.mjs';
import { projectPaths } from './locations.mjs';
import { readState, writeState } from './state.mjs';

/** The browser tests need it; the product does not. */
export const CHROMIUM_PACKAGE = 'chromium';

/**
 * The browser that CHROMIUM_PATH names, or one on the search path.
 * @param {NodeJS.ProcessEnv} [env]
 */
export function findChromium(env = process.env) {
  return (
    env.CHROMIUM_PATH || findProgram(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'], env)
  );
}

/** @param {NodeJS.ProcessEnv} [env] @returns {string} its path */
export function checkChromium(env = process.env) {
  const remedy = 'install Chromium or Chrome, name it with CHROMIUM_PATH, and run the command again';
  const path = findChromium(env);
  if (!path) throw new SetupError('the browser tests need Chromium, and there is none', { remedy });
  if (!existsSync(path)) throw new SetupError(`CHROMIUM_PATH names ${path}, and nothing is there`, { remedy });
  const result = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 60_000 });
  if (result.status !== 0) {
    throw new SetupError(`${path} does not start`, {
      remedy,
      output: (result.stderr || result.error?.message || '').trim(),
    });
  }
  return path;
}

/** @type {import('./step.mjs').Step} */
export const chromiumStep = {
  title: 'browser for the tests',
  for: 'test',
  reason: ({ root }) => {
    const path = findChromium();
    return path && readState(projectPaths(root).state).chromium?.path === path ? undefined : 'does it start?';
  },
  work: ({ root }) => writeState(projectPaths(root).state, { chromium: { path: checkChromium() } }),
};
