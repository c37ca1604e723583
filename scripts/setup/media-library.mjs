import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { SetupError } from './failure.mjs';
import { packageFolder, projectPaths } from './locations.mjs';
import { readState, writeState } from './state.mjs';

/**
 * node-av (FFmpeg's libraries) comes prebuilt in an optional npm package for each platform, and npm says nothing where it
 * leaves an optional package out. So: does it load?
 */

/**
 * All that decides whether it loads.
 * @param {string} root
 * @param {string} node
 */
export function mediaKey(root, node) {
  /** @type {{ version: string }} */
  const { version } = JSON.parse(readFileSync(join(packageFolder(root, 'node-av'), 'package.json'), 'utf8'));
  return `${version} ${process.platform}-${process.arch} ${node}`;
}

/** @param {string} root @param {string} node */
export function checkMediaLibrary(root, node) {
  const load = "import('node-av').then(() => process.exit(0), (e) => { console.error(e.message); process.exit(1); })";
  const result = spawnSync(node, ['--input-type=module', '-e', load], { cwd: root, encoding: 'utf8', timeout: 60_000 });
  if (result.status === 0) return;
  throw new SetupError('the media library node-av does not load', {
    output: (result.stderr || result.error?.message || '').trim(),
    remedy:
      `its native part comes as the npm package @seydx/node-av-${process.platform}-${process.arch}: remove the folder ` +
      'node_modules and run the command again; if it stays missing, there is none for this platform (it needs glibc)',
  });
}

/** @type {import('./step.mjs').Step} */
export const mediaLibraryStep = {
  title: 'media library',
  for: 'serve',
  reason: ({ root, node }) =>
    readState(projectPaths(root).state).media?.key === mediaKey(root, node) ? undefined : 'does it load?',
  work: ({ root, node }) => {
    checkMediaLibrary(root, node);
    writeState(projectPaths(root).state, { media: { key: mediaKey(root, node) } });
  },
};
