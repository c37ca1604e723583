import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { userCache } from '../common/install/user-cache.js';
import { projectRoot } from '../common/version.js';

/** What the set-up leaves in its `setup.json` for the program, as far as it is read here. */
interface SetupState {
  worker?: { path?: string };
}

/**
 * Where mediasoup's worker program is: what `MEDIASOUP_WORKER_BIN` names; else where the set-up put it, downloaded or built;
 * else the place in the npm package where mediasoup's own install script would have put it.
 * @returns an absolute path, or undefined where there is none: the set-up then makes one
 */
export function findWorkerBinary(
  env: NodeJS.ProcessEnv = process.env,
  root: string = projectRoot(),
): string | undefined {
  // Taken as it is, even where nothing lies there: a wrong path must be seen, not passed over.
  if (env.MEDIASOUP_WORKER_BIN) return env.MEDIASOUP_WORKER_BIN;
  const places = [
    readSetupState(join(stateFolder(root, env), 'setup.json')).worker?.path,
    ...modulesAbove(root).map((modules) => join(modules, 'mediasoup', 'worker', 'out', 'Release', 'mediasoup-worker')),
  ];
  return places.find((path) => path !== undefined && existsSync(path));
}

/** As scripts/setup/locations.mjs has it: of a checkout, and of the package as npm installs it. */
function stateFolder(root: string, env: NodeJS.ProcessEnv): string {
  if (basename(dirname(root)) !== 'node_modules') return join(root, '.cache');
  return join(userCache(env), 'installed', createHash('sha256').update(root).digest('hex').slice(0, 16));
}

/** Where npm puts what an installed package needs: beside it, or further up. */
function modulesAbove(root: string): string[] {
  const above = dirname(root);
  return [join(root, 'node_modules'), ...(above === root ? [] : modulesAbove(above))];
}

function readSetupState(path: string): SetupState {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as SetupState | null) ?? {};
  } catch {
    // Absent before the first set-up, or half written by a set-up that was cut off: either way it says nothing.
    return {};
  }
}
