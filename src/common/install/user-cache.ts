import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Where what is dear to fetch and the same for every checkout is kept. The XDG base directory specification names the folder,
 * and has relative ones passed over.
 */
export function userCache(env: NodeJS.ProcessEnv = process.env): string {
  const named = env['XDG_CACHE_HOME'];
  return join(named && isAbsolute(named) ? named : join(homedir(), '.cache'), 'emostream');
}
