import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../common/version.js';

/** What the set-up leaves in `.cache/setup.json` for the program, as far as it is read here. */
interface SetupState {
  worker?: { path?: string };
}

/**
 * Where mediasoup's worker program is: what `MEDIASOUP_WORKER_BIN` names; else where the set-up put it, downloaded or built;
 * else the place in the npm package where mediasoup's own install script would have put it.
 * @returns an absolute path, or undefined where there is none: `npm run setup` then makes one
 */
export function findWorkerBinary(
  env: NodeJS.ProcessEnv = process.env,
  root: string = projectRoot(),
): string | undefined {
  // Taken as it is, even where nothing lies there: a wrong path must be seen, not passed over.
  if (env.MEDIASOUP_WORKER_BIN) return env.MEDIASOUP_WORKER_BIN;
  const places = [
    readSetupState(join(root, '.cache', 'setup.json')).worker?.path,
    join(root, 'node_modules', 'mediasoup', 'worker', 'out', 'Release', 'mediasoup-worker'),
  ];
  return places.find((path) => path !== undefined && existsSync(path));
}

function readSetupState(path: string): SetupState {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as SetupState | null) ?? {};
  } catch {
    // Absent before the first set-up, or half written by a set-up that was cut off: either way it says nothing.
    return {};
  }
}
