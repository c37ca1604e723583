import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { findProgram, runCommand } from './command.mjs';
import { SetupError } from './failure.mjs';

/**
 * Debian's packages: which are missing, and who installs them.
 * @typedef {{
 *   isRoot: boolean,
 *   hasApt: boolean,
 * }} Machine
 * @typedef {{ kind: 'nothing' } | { kind: 'install', packages: string[] } | { kind: 'ask', command: string } | { kind: 'foreign' }} Decision
 */

/**
 * What to do about missing packages. On Debian and its kin root's set-up installs them; anybody else is told the one
 * command; on other systems nobody here knows their packages' names.
 * @param {string[]} missing
 * @param {Machine} machine
 * @returns {Decision}
 */
export function decideApt(missing, machine) {
  if (missing.length === 0) return { kind: 'nothing' };
  if (!machine.hasApt) return { kind: 'foreign' };
  const packages = [...new Set(missing)].sort();
  if (machine.isRoot) return { kind: 'install', packages };
  const command = `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  return { kind: 'ask', command };
}

/** @returns {Machine} */
export function thisMachine() {
  return {
    isRoot: process.getuid?.() === 0,
    hasApt: findProgram(['apt-get']) !== undefined && findProgram(['dpkg-query']) !== undefined,
  };
}

/**
 * Which of these packages are not installed. On a system without dpkg: all.
 * @param {string[]} packages
 */
export function missingPackages(packages) {
  if (packages.length === 0) return [];
  const query = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...packages], {
    encoding: 'utf8',
  });
  return notInstalled(packages, query.stdout ?? '');
}

/**
 * @param {string[]} packages
 * @param {string} listing lines of "name status", as dpkg-query prints them
 */
export function notInstalled(packages, listing) {
  const installed = new Set(
    listing
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, status]) => status === 'installed')
      .map(([name]) => name),
  );
  return packages.filter((name) => !installed.has(name));
}

/**
 * Has these packages there, or throws with what to do.
 * @param {{ packages: string[], purpose: string, log: string, say: (text: string) => void, machine?: Machine }} options
 *   `purpose` completes "needed to ..."
 */
export async function ensureSystemPackages({ packages, purpose, log, say, machine = thisMachine() }) {
  const missing = missingPackages(packages);
  const decision = decideApt(missing, machine);
  if (decision.kind === 'nothing') return;
  if (decision.kind === 'foreign') {
    throw new SetupError(`programs and libraries are missing that are needed to ${purpose}`, {
      remedy:
        `this set-up installs them on Debian only, where they are called: ${missing.join(' ')}. ` +
        "Install your system's counterparts and run the command again",
    });
  }
  if (decision.kind === 'ask') {
    throw new SetupError(`system packages are missing that are needed to ${purpose}: ${missing.join(', ')}`, {
      remedy: `run this, then the same command again:\n\n    ${decision.command}\n`,
    });
  }
  say(`installing with apt-get: ${decision.packages.join(' ')}`);
  const remedy = `see why with "apt-get install ${decision.packages.join(' ')}", and run the command again`;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // Without lists apt knows no package; with old ones it asks for versions that the mirror has dropped.
  const refresh = { what: 'apt-get update failed', remedy, log: `${log}.update`, env };
  const hadLists = hasPackageLists();
  if (!hadLists) await runCommand('apt-get', ['update'], refresh);
  const args = ['install', '-y', '--no-install-recommends', ...decision.packages];
  const install = { what: 'apt-get install failed', remedy, log, env };
  if (hadLists) {
    if ((await runCommand('apt-get', args, { ...install, mayFail: true })) === 0) return;
    // Mirrors out of reach for some other repository must not stop what needs only Debian's own.
    await runCommand('apt-get', ['update'], { ...refresh, mayFail: true });
  }
  await runCommand('apt-get', args, install);
}

/** Whether apt knows any package. */
export function hasPackageLists() {
  const folder = '/var/lib/apt/lists';
  return existsSync(folder) && readdirSync(folder).some((name) => /_Packages(\.\w+)?$/.test(name));
}
