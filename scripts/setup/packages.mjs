import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommand, withPathFirst } from './command.mjs';
import { projectPaths } from './locations.mjs';
import { npmProgram } from './node-runtime.mjs';

/** @typedef {{ version?: string, integrity?: string, resolved?: string, optional?: boolean, devOptional?: boolean, peer?: boolean, link?: boolean }} LockEntry */
/** @typedef {{ packages?: Record<string, LockEntry> }} Lock */

/**
 * Whether what npm has put into node_modules is what the lock file asks for. Compared with npm's own record of it
 * (node_modules/.package-lock.json), not with a stamp, so that `npm install` by hand counts too.
 * @param {string} root
 * @returns {string | undefined} what is missing or different; undefined where nothing is
 */
export function packagesReason(root) {
  const wanted = readLock(join(root, 'package-lock.json'));
  if (!wanted) return 'package-lock.json cannot be read';
  const installed = readLock(join(projectPaths(root).modules, '.package-lock.json'));
  if (!installed) return 'not installed yet';
  const different = firstDifference(wanted, installed);
  return different && `${different} is not as package-lock.json has it`;
}

/**
 * @param {Lock} wanted
 * @param {Lock} installed
 * @returns {string | undefined} the first package that differs
 */
export function firstDifference(wanted, installed) {
  const have = installed.packages ?? {};
  for (const [path, entry] of Object.entries(wanted.packages ?? {})) {
    // The project itself, and its packages: npm's record has the links to them alone.
    if (!path.startsWith('node_modules/')) continue;
    const found = have[path];
    // Packages for other platforms are in the lock and not on the disk.
    if (!found && (entry.optional || entry.devOptional || entry.peer)) continue;
    if (!found || found.version !== entry.version || !sameIntegrity(found, entry))
      return path.replace(/^node_modules\//, '');
  }
  return undefined;
}

/** @param {LockEntry} a @param {LockEntry} b */
function sameIntegrity(a, b) {
  return !a.integrity || !b.integrity || a.integrity === b.integrity;
}

/**
 * `npm ci`, without install scripts: mediasoup's own would fail the whole install where its download is out of reach.
 * The worker is this set-up's work.
 * @param {string} root
 * @param {string} node the Node to run npm with, which decides the packages' platform
 */
export async function installPackages(root, node) {
  await runCommand(
    npmProgram(),
    ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund'],
    {
      what: 'npm ci could not install the packages of package-lock.json',
      remedy:
        'check that npm reaches its registry ("npm ping") and that the disk has about 1 GB free, and run the command again',
      log: join(projectPaths(root).logs, 'npm-ci.log'),
      cwd: root,
      env: withPathFirst(dirname(node)),
    },
  );
}

/** @param {string} path @returns {Lock | undefined} */
function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** @type {import('./step.mjs').Step} */
export const packagesStep = {
  title: 'npm packages',
  for: 'packages',
  checkout: true,
  reason: ({ root }) => packagesReason(root),
  work: async ({ root, node, progress }) => {
    progress.detail('npm ci');
    await installPackages(root, node);
  },
};
