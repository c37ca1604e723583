import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
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

/**
 * Whether this is the package as npm installs it: compiled, beside what it needs, and not to be written to. Else it is a checkout.
 * @param {string} root
 */
export const isInstalled = (root) => basename(dirname(root)) === 'node_modules';

/**
 * Where the set-up keeps its own: in a checkout its `.cache`, of an installed package a folder of the user's cache that is named for the
 * package's place. src/sfu/worker-binary.ts looks there, too.
 * @param {string} root
 * @param {NodeJS.ProcessEnv} [env]
 */
export function stateFolder(root, env = process.env) {
  if (!isInstalled(root)) return join(root, '.cache');
  return join(userCache(env), 'installed', createHash('sha256').update(root).digest('hex').slice(0, 16));
}

/**
 * The folder of a package that the project needs: npm puts those of an installed package beside it, or further up.
 * @param {string} root
 * @param {string} name
 */
export function packageFolder(root, name) {
  for (let folder = root; ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name);
    if (existsSync(join(found, 'package.json'))) return found;
    if (dirname(folder) === folder) return join(root, 'node_modules', name);
  }
}

/** Names of the project's own. Those within it are ignored by git. @param {string} root */
export function projectPaths(root) {
  const own = stateFolder(root);
  return {
    /** What the set-up did, for the next set-up and for the program. */
    state: join(own, 'setup.json'),
    lock: join(own, 'setup.lock'),
    logs: join(own, 'setup-logs'),
    /** A Node of the right version, where the machine has none. */
    node: join(root, '.node'),
    modules: join(root, 'node_modules'),
    output: join(root, 'dist'),
  };
}
