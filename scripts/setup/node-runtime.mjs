import { existsSync, mkdirSync, readFileSync, rmSync, renameSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { findProgram, runCommand } from './command.mjs';
import { SetupError } from './failure.mjs';
import { isInstalled, projectPaths } from './locations.mjs';
import { inRange } from './versions.mjs';

/**
 * The Node that runs this project. `node-av` silently yields nothing on Node 20 and mediasoup asks for 22; odd versions are not supported for
 * long. package.json names those that `npm run test:nodes` was carried out with; the first of them is brought where none is there.
 */

/** The range that package.json asks for. @param {string} root */
export function wantedRange(root) {
  /** @type {{ engines: { node: string } }} */
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return manifest.engines.node;
}

/**
 * The registry carries Node's own programs, one package for each platform, under these names.
 * @param {string} platform as in `process.platform`
 * @param {string} arch as in `process.arch`
 * @returns {string | undefined} undefined where there is none
 */
export function nodePackage(platform, arch) {
  const known = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];
  return known.includes(`${platform}-${arch}`) ? `node-${platform}-${arch}` : undefined;
}

/**
 * The Node to use, where one is there already: the one that runs now, else the project's own.
 * @param {string} root
 * @param {{ version?: string, path?: string }} [running] for tests
 * @returns {string | undefined} the program's path
 */
export function findNode(root, running = {}) {
  const range = wantedRange(root);
  if (inRange(running.version ?? process.versions.node, range)) return running.path ?? process.execPath;
  const name = nodePackage(process.platform, process.arch);
  if (!name || isInstalled(root)) return undefined;
  const folder = join(projectPaths(root).node, 'node_modules', name);
  try {
    /** @type {{ version: string }} */
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const path = join(folder, 'bin', 'node');
    return inRange(version, range) && existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Brings Node from the registry into the project.
 * @param {string} root
 * @returns {Promise<string>} the program's path
 */
export async function installNode(root) {
  const range = wantedRange(root);
  const byHand = `install Node ${range} yourself (https://nodejs.org) and run the command again`;
  const name = nodePackage(process.platform, process.arch);
  if (!name) {
    throw new SetupError(
      `this needs Node ${range}, runs on ${process.version}, and has none to bring for this platform`,
      {
        remedy: byHand,
      },
    );
  }
  const { node: home, logs } = projectPaths(root);
  const coming = `${home}.coming`;
  rmSync(coming, { recursive: true, force: true });
  mkdirSync(coming, { recursive: true });
  // Its own manifest, or npm would climb to the project's and install there.
  writeFileSync(join(coming, 'package.json'), '{ "private": true }\n');
  const major = /\d+/.exec(range)?.[0] ?? '22';
  // npm fetches it, so that the user's registry, proxy and certificate settings hold and its checksum is verified.
  await runCommand(
    npmProgram(),
    [
      'install',
      '--prefix',
      coming,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--no-package-lock',
      `${name}@${major}`,
    ],
    {
      what: `npm could not fetch Node ${major} (package ${name})`,
      remedy: `check that npm reaches its registry ("npm ping"), or ${byHand}`,
      log: join(logs, 'node.log'),
      cwd: coming,
    },
  );
  const fetched = join(coming, 'node_modules', name, 'bin', 'node');
  const version = spawnSync(fetched, ['--version'], { encoding: 'utf8' });
  if (version.status !== 0 || !inRange(version.stdout, range)) {
    throw new SetupError(
      `the Node that npm fetched does not run here: ${version.stderr || version.stdout || version.error}`,
      {
        remedy: byHand,
      },
    );
  }
  rmSync(home, { recursive: true, force: true });
  renameSync(coming, home);
  return join(home, 'node_modules', name, 'bin', 'node');
}

/** npm, as it was called now, or from the search path. */
export function npmProgram() {
  const beside = join(dirname(process.execPath), 'npm');
  const found = findProgram(['npm']) ?? (existsSync(beside) ? beside : undefined);
  if (found) return found;
  throw new SetupError('npm is not on the search path', {
    remedy: 'install npm (it comes with Node) and run the command again',
  });
}

/** @type {import('./step.mjs').Step} */
export const nodeStep = {
  title: 'Node',
  for: 'packages',
  reason: ({ root }) =>
    findNode(root) ? undefined : `${wantedRange(root)} is needed, this is ${process.versions.node}`,
  work: ({ root, progress }) => {
    if (isInstalled(root)) {
      throw new SetupError(`emostream needs Node ${wantedRange(root)}, and this is ${process.versions.node}`, {
        remedy: 'run the command with one of these (https://nodejs.org)',
      });
    }
    progress.detail("bringing it from npm's registry into .node/, for this project only");
    return installNode(root).then(() => undefined);
  },
};
