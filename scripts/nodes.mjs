/**
 * `npm run test:nodes [-- MAJOR... [-- TEST...]]`: set-up, build and tests with other versions of Node than the one at hand, each in a
 * copy of what git tracks or would: package.json's `engines` names no version that this was not tried with.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { ROOT } from './setup/locations.mjs';
import { nodePackage, npmProgram } from './setup/node-runtime.mjs';

/**
 * What depends on Node most: native modules (decoders, recognisers, inference), child processes and threads, sockets, the command line,
 * and a call in a real browser.
 */
const TESTS = [
  ...['common', 'config', 'events', 'features', 'media', 'streams', 'speech', 'inference', 'telemetry', 'client'],
  ...['analysis/call-states', 'analysis/process-', 'analysis/participant-windows', 'sfu/worker-pool', 'server/call'],
  ...['cli/serve-endings', 'cli/log-lines', 'setup/', 'e2e/call.e2e'],
].map((name) => `test/${name}`);

/** @type {{ engines: { node: string } }} */
const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const args = process.argv.slice(2);
const split = args.indexOf('--');
const asked = split < 0 ? args : args.slice(0, split);
const tests = split < 0 ? TESTS : args.slice(split + 1);
/** The major versions of `engines`, but for the first: with that one everything else runs. */
const majors =
  asked.length > 0 ? asked : [...engines.node.matchAll(/>=(\d+)/g)].slice(1).map(([, major]) => major ?? '');

let worst = 0;
for (const major of majors) worst = Math.max(worst, tryWith(major));
process.exitCode = worst;

/** @param {string} major */
function tryWith(major) {
  const work = mkdtempSync(join(tmpdir(), `emostream-node-${major}-`));
  try {
    const node = fetchNode(major, work);
    const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
    const project = join(work, 'project');
    copyProject(project);
    console.log(`Node ${version}: set-up, build and tests in ${project}`);
    const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` };
    const { status } = spawnSync(node, ['scripts/run.mjs', 'test', ...tests], { cwd: project, env, stdio: 'inherit' });
    console.log(`Node ${version}: ${status === 0 ? 'well' : 'FAILED'}`);
    return status ?? 1;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @param {string} major @param {string} work @returns {string} the program */
function fetchNode(major, work) {
  const name = nodePackage(process.platform, process.arch);
  if (!name) throw new Error('the registry has no Node for this platform');
  const home = join(work, 'node');
  mkdirSync(home);
  writeFileSync(join(home, 'package.json'), '{ "private": true }\n');
  const options = ['--prefix', home, '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  const { status } = spawnSync(npmProgram(), ['install', ...options, `${name}@${major}`], {
    cwd: home,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`npm could not fetch ${name}@${major}`);
  return join(home, 'node_modules', name, 'bin', 'node');
}

/** @param {string} to */
function copyProject(to) {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (listed.status !== 0) throw new Error('git does not say what belongs to the project');
  for (const path of listed.stdout.split('\0').filter(Boolean)) {
    cpSync(join(ROOT, path), join(to, path), { recursive: true, force: true });
  }
}
