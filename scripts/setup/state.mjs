import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * What the set-up did, by step. The program reads `worker.path` (src/sfu/worker-binary.ts); the rest is the set-up's own.
 * @typedef {{
 *   worker?: { key: string, path: string, origin: 'downloaded' | 'built' | 'package' },
 *   media?: { key: string },
 *   chromium?: { path: string },
 *   firefox?: { path: string },
 *   server?: { hash: string },
 *   client?: { hash: string },
 *   speech?: { tried: string },
 * }} SetupState
 */

/**
 * @param {string} path
 * @returns {SetupState} empty where there is none, or none that can be read: then everything is looked at anew
 */
export function readState(path) {
  try {
    const state = JSON.parse(readFileSync(path, 'utf8'));
    return typeof state === 'object' && state !== null ? state : {};
  } catch {
    return {};
  }
}

/**
 * Changes some steps' entries and keeps the others. Whole or not at all, for the program may read it at any time.
 * @param {string} path
 * @param {SetupState} change
 */
export function writeState(path, change) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify({ ...readState(path), ...change }, null, 2)}\n`);
  renameSync(temporary, path);
}
