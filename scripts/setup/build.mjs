import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.mjs';
import { hashFiles, listFiles } from './hash.mjs';
import { projectPaths } from './locations.mjs';
import { readState, writeState } from './state.mjs';

/**
 * What the server's compilation depends on. Tests are part of it, for they start threads from compiled files, and so is the
 * client library, with which the command line subscribes; the scripts' types are checked where tests import them.
 */
const SERVER_SOURCES = ['src', 'bench', 'test', 'client', 'scripts', 'tsconfig.json', 'package-lock.json'];
/** The folders whose every source has a compiled file. */
const COMPILED = ['src', 'bench', 'test'];
/** The page shares the wire's schemas with the server. */
const CLIENT_SOURCES = ['client', 'src/common', 'src/events', 'src/server', 'package-lock.json'];

/** @param {string} root */
export const serverHash = (root) => hashFiles(root, SERVER_SOURCES, (path) => /\.(ts|mjs|json)$/.test(path));

/** @param {string} root */
export const clientHash = (root) =>
  hashFiles(root, CLIENT_SOURCES, (path) => !/^client\/(dist|node_modules)\//.test(path));

/**
 * Compiles the TypeScript of src/, bench/ and test/ into dist/.
 * @param {string} root
 * @param {string} node
 */
export async function buildServer(root, node) {
  removeOrphans(root);
  const compile = () =>
    runCommand(node, [join('node_modules', 'typescript', 'bin', 'tsc'), '-p', '.', '--pretty', 'false'], {
      what: 'the TypeScript of src/, bench/ or test/ does not compile',
      remedy: 'correct what the compiler names, and run the command again',
      log: join(projectPaths(root).logs, 'tsc.log'),
      cwd: root,
    });
  await compile();
  if (missingOutputs(root).length === 0) return;
  // The compiler goes by its own record of what it wrote, and something else has removed a part of that.
  rmSync(join(projectPaths(root).output, '.tsbuildinfo'), { force: true });
  await compile();
}

/**
 * Sources that have no compiled file.
 * @param {string} root
 */
export function missingOutputs(root) {
  const { output } = projectPaths(root);
  return listFiles(root, COMPILED)
    .filter((path) => /\.ts$/.test(path) && !/\.d\.ts$/.test(path))
    .filter((path) => !existsSync(join(output, path.replace(/\.ts$/, '.js'))));
}

/**
 * Bundles the page into dist/client.
 * @param {string} root
 * @param {string} node
 */
export async function buildClient(root, node) {
  await runCommand(node, [join('node_modules', 'vite', 'bin', 'vite.js'), 'build', 'client'], {
    what: 'the page in client/ does not build',
    remedy: 'correct what Vite names, and run the command again',
    log: join(projectPaths(root).logs, 'vite.log'),
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production' },
  });
}

/**
 * Removes compiled files whose source is gone: the compiler leaves them, and they would still be found and run.
 * @param {string} root
 * @returns {string[]} what was removed
 */
export function removeOrphans(root) {
  const { output } = projectPaths(root);
  const compiled = listFiles(output, [...COMPILED, 'client/lib']).filter((path) => /\.js(\.map)?$/.test(path));
  const orphans = compiled.filter((path) => !existsSync(join(root, path.replace(/\.js(\.map)?$/, '.ts'))));
  for (const path of orphans) rmSync(join(output, path));
  return orphans;
}

/** @type {import('./step.mjs').Step} */
export const buildServerStep = {
  title: 'server, compiled',
  for: 'build',
  checkout: true,
  reason: ({ root }) => {
    if (missingOutputs(root).length > 0) return 'not there yet';
    return readState(projectPaths(root).state).server?.hash === serverHash(root) ? undefined : 'its sources changed';
  },
  work: async ({ root, node }) => {
    // Before the build: what changes during it is built the next time.
    const hash = serverHash(root);
    await buildServer(root, node);
    writeState(projectPaths(root).state, { server: { hash } });
  },
};

/** @type {import('./step.mjs').Step} */
export const buildClientStep = {
  title: 'page, bundled',
  for: 'build',
  checkout: true,
  reason: ({ root }) => {
    if (!existsSync(join(projectPaths(root).output, 'client', 'index.html'))) return 'not there yet';
    return readState(projectPaths(root).state).client?.hash === clientHash(root) ? undefined : 'its sources changed';
  },
  work: async ({ root, node }) => {
    const hash = clientHash(root);
    await buildClient(root, node);
    writeState(projectPaths(root).state, { client: { hash } });
  },
};
