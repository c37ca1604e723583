/**
 * What every npm script goes through: `node scripts/run.mjs NAME [ARGUMENT...]` sets up what that command needs, then runs it
 * with the project's Node.
 */
import { join } from 'node:path';
import { execute } from './setup/execute.mjs';
import { SetupError } from './setup/failure.mjs';
import { ROOT } from './setup/locations.mjs';
import { setUp } from './setup/plan.mjs';
import { otherProjects, runTests } from './test-run.mjs';

const MODULES = join(ROOT, 'node_modules');

/** @typedef {{ need: import('./setup/step.mjs').Need, run: (node: string, args: string[]) => Promise<number> }} Command */

/** @type {Record<string, Command>} */
const COMMANDS = {
  start: { need: 'serve', run: (node, args) => execute(node, [program('src/cli/main.js'), 'serve', ...args]) },
  'bench:analyze': { need: 'serve', run: (node, args) => execute(node, [program('bench/analyze.js'), ...args]) },
  'bench:call': { need: 'serve', run: (node, args) => execute(node, [program('bench/call.js'), ...args]) },
  'bench:call-pairs': { need: 'serve', run: (node, args) => execute(node, [program('bench/call-pairs.js'), ...args]) },
  'bench:capacity': {
    need: 'serve',
    run: async (node, args) => (await execute(node, [program('bench/capacity.js'), ...args])) || writeDocs(node),
  },
  'bench:flood': {
    need: 'serve',
    run: async (node, args) => (await execute(node, [program('bench/flood.js'), ...args])) || writeDocs(node),
  },
  'bench:nats': {
    need: 'build',
    run: async (node, args) => (await execute(node, [program('bench/nats.js'), ...args])) || writeDocs(node),
  },
  'bench:loss': {
    need: 'serve',
    run: async (node, args) => (await execute(node, [program('bench/loss.js'), ...args])) || writeDocs(node),
  },
  'bench:engines': {
    need: 'build',
    run: async (node, args) => (await execute(node, [program('bench/engines.js'), ...args])) || writeDocs(node),
  },
  'bench:gpu': {
    need: 'build',
    run: async (node, args) => (await execute(node, [program('bench/gpu.js'), ...args])) || writeDocs(node),
  },
  'bench:shown': {
    need: 'serve',
    run: async (node, args) => (await execute(node, [program('bench/shown.js'), ...args])) || writeDocs(node),
  },
  'bench:peers': { need: 'build', run: (node, args) => execute(node, [program('bench/peers.js'), ...args]) },
  'bench:words': {
    need: 'serve',
    run: async (node, args) => (await execute(node, [program('bench/words.js'), ...args])) || writeDocs(node),
  },
  'bench:parity': { need: 'serve', run: (node, args) => execute(node, [program('bench/parity.js'), ...args]) },
  'bench:voice-encoders': {
    need: 'serve',
    run: (node, args) => execute(node, [program('bench/voice-encoders.js'), ...args]),
  },
  'bench:triton': {
    need: 'serve',
    run: async (node, args) => (await execute(node, [program('bench/triton.js'), ...args])) || writeDocs(node),
  },
  'bench:live-file': { need: 'serve', run: (node, args) => execute(node, [program('bench/live-file.js'), ...args]) },
  'bench:voice-activity': {
    need: 'serve',
    run: async (node, args) => (await execute(node, [program('bench/voice-activity.js'), ...args])) || writeDocs(node),
  },
  'bench:faces': {
    need: 'build',
    run: async (node, args) => (await execute(node, [program('bench/faces.js'), ...args])) || writeDocs(node),
  },
  'bench:growth': {
    need: 'build',
    run: async (node, args) => (await execute(node, [program('bench/growth.js'), ...args])) || writeDocs(node),
  },
  soak: {
    need: 'serve',
    run: async (node, args) => (await execute(node, [program('bench/soak.js'), ...args])) || writeDocs(node),
  },
  chaos: {
    need: 'serve',
    run: async (node, args) => (await execute(node, [program('bench/chaos.js'), ...args])) || writeDocs(node),
  },
  fuzz: { need: 'serve', run: (node, args) => execute(node, [program('test/fuzz/fuzz.js'), ...args]) },
  test: { need: 'packages', run: (node, args) => runTests(ROOT, node, args, () => setUp(ROOT, 'test')) },
  'test:nodes': { need: 'packages', run: (node, args) => execute(node, [join(ROOT, 'scripts', 'nodes.mjs'), ...args]) },
  docs: { need: 'build', run: (node) => writeDocs(node) },
  'build:packages': { need: 'build', run: (node) => execute(node, [join(ROOT, 'scripts', 'pack.mjs')], { cwd: ROOT }) },
  'docs:api': { need: 'build', run: (node) => execute(node, [join(ROOT, 'scripts', 'api-docs.mjs')], { cwd: ROOT }) },
  build: { need: 'build', run: async () => 0 },
  typecheck: {
    need: 'packages',
    run: async (node) => {
      let status = 0;
      for (const project of ['tsconfig.json', ...otherProjects(ROOT)]) {
        status ||= await tool(node, 'typescript/bin/tsc', ['--noEmit', '--incremental', 'false', '-p', project]);
      }
      return status;
    },
  },
  lint: { need: 'packages', run: (node, args) => tool(node, 'eslint/bin/eslint.js', args.length ? args : ['.']) },
  format: {
    need: 'packages',
    run: (node, args) => tool(node, 'prettier/bin/prettier.cjs', ['--write', ...(args.length ? args : ['.'])]),
  },
};

/** Writes what is generated into the pages. @param {string} node */
function writeDocs(node) {
  return execute(node, [join(ROOT, 'scripts', 'readme-config.mjs')], { cwd: ROOT });
}

/** A compiled file. @param {string} path */
function program(path) {
  return join(ROOT, 'dist', path);
}

/** @param {string} node @param {string} path @param {string[]} args */
function tool(node, path, args) {
  return execute(node, [join(MODULES, path), ...args], { cwd: ROOT });
}

const [name = '', ...args] = process.argv.slice(2);
const command = COMMANDS[name];
if (!command) {
  console.error(`usage: node scripts/run.mjs ${Object.keys(COMMANDS).join('|')} [ARGUMENT...]`);
  process.exit(2);
}
try {
  const { node } = await setUp(ROOT, command.need);
  process.exitCode = await command.run(node, args);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.describe());
  process.exitCode = 1;
}
