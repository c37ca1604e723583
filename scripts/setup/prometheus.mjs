import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, runCommand } from './command.mjs';
import { projectPaths, userCache } from './locations.mjs';
import { hasPackageLists, thisMachine } from './system-packages.mjs';

/** The tests of the alert rules need it; the product does not. */
export const PROMETHEUS_PACKAGE = 'prometheus';
const PROGRAMS = ['prometheus', 'promtool'];

/** Where the set-up puts Prometheus's programs. @param {NodeJS.ProcessEnv} [env] */
const ownFolder = (env = process.env) => join(userCache(env), 'prometheus');

/**
 * Prometheus and promtool: on the search path, or what the set-up took out of Debian's package.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {{ prometheus: string, promtool: string } | undefined}
 */
export function findPrometheus(env = process.env) {
  const paths = PROGRAMS.map((name) => findProgram([name], { PATH: `${env.PATH ?? ''}:${ownFolder(env)}` }));
  const [prometheus, promtool] = paths;
  return prometheus && promtool ? { prometheus, promtool } : undefined;
}

/**
 * Takes the two programs out of Debian's package without installing it: installed, it would start a service. That needs no
 * root, and no other package.
 * @param {import('./step.mjs').Context} at
 */
async function fetchPrometheus({ root, progress }) {
  const folder = ownFolder();
  const work = `${folder}.${process.pid}`;
  const log = join(projectPaths(root).logs, 'prometheus.log');
  const options = { cwd: work, log, remedy: '', mayFail: false };
  mkdirSync(work, { recursive: true });
  try {
    const { hasApt, isRoot } = thisMachine();
    if (!hasApt) throw new Error('this set-up takes it from Debian only');
    if (!hasPackageLists()) {
      if (!isRoot) throw new Error('there are no package lists: run "sudo apt-get update"');
      await runCommand('apt-get', ['update'], { ...options, what: 'apt-get update failed' });
    }
    progress.detail(`apt-get download ${PROMETHEUS_PACKAGE}`);
    await runCommand('apt-get', ['download', PROMETHEUS_PACKAGE], { ...options, what: 'apt-get download failed' });
    const archive = readdirSync(work).find((name) => name.endsWith('.deb'));
    if (!archive) throw new Error('apt-get download left no package');
    await runCommand('dpkg-deb', ['-x', archive, 'content'], { ...options, what: 'dpkg-deb failed' });
    rmSync(folder, { recursive: true, force: true });
    renameSync(join(work, 'content', 'usr', 'bin'), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Where it cannot be had the set-up goes on: its tests are passed over then, and say why.
 * @type {import('./step.mjs').Step}
 */
export const prometheusStep = {
  title: 'Prometheus for the tests of the alerts',
  for: 'test',
  checkout: true,
  reason: () => (findPrometheus() ? undefined : 'not here'),
  work: async (at) => {
    try {
      await fetchPrometheus(at);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      at.progress.detail(`it cannot be had (${why}); the tests of the alert rules are passed over. Put prometheus and`);
      at.progress.detail('promtool on the search path to run them');
    }
  },
};
