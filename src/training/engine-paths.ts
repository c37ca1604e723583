import { homedir } from 'node:os';
import { join } from 'node:path';

/** The wheel whose library is used: the newest with which the addon was tried. Its C API is what the addon was written for. */
export const TENSORFLOW_VERSION = '2.15.1';
export const TFJS_NODE_VERSION = '4.22.0';

/** Where installed engines lie, outside the project: `$XDG_CACHE_HOME/emostream/engines`. */
export function engineFolder(cacheHome = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')): string {
  return join(cacheHome, 'emostream', 'engines', `tensorflow-${TENSORFLOW_VERSION}`);
}

/** The addon inside an engine folder. */
export const addonFile = (folder: string): string => join(folder, 'lib', 'tfjs_binding.node');
