import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/**
 * Where things that are dear to make and the same for every checkout are kept: the built worker.
 * The XDG base directory specification names the folder.
 * @param {NodeJS.ProcessEnv} [env]
 */
export function userCache(env = process.env) {
  const base =
    env.XDG_CACHE_HOME && env.XDG_CACHE_HOME.startsWith('/') ? env.XDG_CACHE_HOME : join(homedir(), '.cache');
  return join(base, 'emostream');
}

/** Names within the project, all of them ignored by git. @param {string} root */
export function projectPaths(root) {
  return {
    /** What the set-up did, for the next set-up and for the program. */
    state: join(root, '.cache', 'setup.json'),
    lock: join(root, '.cache', 'setup.lock'),
    logs: join(root, '.cache', 'setup-logs'),
    /** A Node of the right version, where the machine has none. */
    node: join(root, '.node'),
    modules: join(root, 'node_modules'),
    output: join(root, 'dist'),
  };
}
