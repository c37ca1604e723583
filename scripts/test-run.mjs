import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { execute } from './setup/execute.mjs';
import { projectPaths } from './setup/locations.mjs';
import { seconds } from './setup/progress.mjs';
import { readState } from './setup/state.mjs';
import { closingLine, readCounts, total } from './test-report.mjs';

/** The folder of the reports, of screenshots and whatever else the tests leave. */
const OUTPUT = 'test-output';

/**
 * Every check and every test: formatting, lint, the types of what the build does not compile, and the test runner. What
 * comes after a failure is run too, so that one run shows all. The checks need no more than the packages: the rest of the set-up, which the
 * tests need, is done beside them.
 * @param {string} root
 * @param {string} node
 * @param {string[]} args for the test runner (a file's name, `-t` and a test's name); with any, only it runs
 * @param {() => Promise<unknown>} setUp the rest of the set-up
 * @returns {Promise<number>} the exit status
 */
export async function runTests(root, node, args, setUp) {
  const report = join(root, OUTPUT, 'vitest.json');
  mkdirSync(join(root, OUTPUT), { recursive: true });
  const closing = join(root, OUTPUT, 'closing-line.txt');
  for (const old of [report, closing]) rmSync(old, { force: true });

  /** @type {import('./test-report.mjs').Check[]} */
  const checks = [];
  const waiting = args.length > 0 ? [] : listChecks(root);
  // Each uses one core, and so does most of the set-up; where that fails, no further check begins.
  const lane = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const started = performance.now();
      const status = await execute(node, [join(root, 'node_modules', check.program), ...check.args], { cwd: root });
      console.log(`${status === 0 ? '✓' : '✗'} ${check.name} (${seconds(performance.now() - started)})`);
      checks.push({ name: check.name, status });
    }
  };
  const prepare = async () => {
    try {
      await setUp();
    } catch (error) {
      waiting.length = 0;
      throw error;
    }
    await lane();
  };
  await Promise.all([prepare(), lane()]);

  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { chromium, firefox } = readState(projectPaths(root).state);
  const browsers = { CHROMIUM_PATH: chromium?.path, FIREFOX_PATH: firefox?.path };
  const status = await execute(node, [vitest, 'run', ...reporters, ...args], {
    cwd: root,
    env: { ...definedOf(browsers), ...process.env },
  });

  const counts = total({ checks, runner: { status, counts: readCounts(report) } });
  for (const check of checks) if (check.status !== 0) console.log(`✗ ${check.name} failed; its output is above`);
  // Also for .ci/run, which repeats it after whatever npm says about a failure.
  writeFileSync(closing, `${closingLine(counts)}\n`);
  console.log(closingLine(counts));
  return counts.failed === 0 ? status : status || 1;
}

/** @param {Record<string, string | undefined>} variables */
function definedOf(variables) {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined));
}

/** @param {string} root */
function listChecks(root) {
  const tsc = 'typescript/bin/tsc';
  return [
    // The longest first.
    { name: 'lint', program: 'eslint/bin/eslint.js', args: ['.'] },
    { name: 'formatting (npm run format corrects it)', program: 'prettier/bin/prettier.cjs', args: ['--check', '.'] },
    // The server's, benchmarks' and tests' own types were checked when the set-up compiled them.
    ...otherProjects(root).map((project) => ({
      name: `types (${project})`,
      program: tsc,
      args: ['--noEmit', '-p', project],
    })),
  ];
}

/**
 * TypeScript projects beside the root's: the set-up's own scripts, and the page, which runs in a browser.
 * @param {string} root
 */
export function otherProjects(root) {
  return ['scripts', 'client'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => /^tsconfig(\.\w+)?\.json$/.test(name))
      .map((name) => `${folder}/${name}`),
  );
}
