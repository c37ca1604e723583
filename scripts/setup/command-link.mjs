import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { projectPaths } from './locations.mjs';

/** @param {string} root */
const linkPath = (root) => join(projectPaths(root).modules, '.bin', 'emostream');

/**
 * npm links the commands of a project's dependencies, but not its own: with this link `npx emostream` finds it at once.
 * @type {import('./step.mjs').Step}
 */
export const commandLinkStep = {
  title: 'emostream command',
  for: 'packages',
  checkout: true,
  reason: ({ root }) => (existsSync(linkPath(root)) ? undefined : 'for npx'),
  work: ({ root }) => {
    const link = linkPath(root);
    mkdirSync(join(projectPaths(root).modules, '.bin'), { recursive: true });
    rmSync(link, { force: true }); // one that points nowhere
    symlinkSync(join('..', '..', 'bin', 'emostream.mjs'), link);
  },
};
