import { join } from 'node:path';
import { CHROMIUM_PACKAGE, findChromium } from './chromium.mjs';
import { findProgram } from './command.mjs';
import { FIREFOX_PACKAGE, findFirefox } from './firefox.mjs';
import { projectPaths } from './locations.mjs';
import { ensureSystemPackages, missingPackages } from './system-packages.mjs';
import { BUILD_PACKAGES } from './worker-build.mjs';

/**
 * The system's packages, asked for all at once, so that whoever must install them by hand is sent away only once.
 * @type {import('./step.mjs').Step}
 */
export const systemPackagesStep = {
  title: 'system packages',
  for: 'worker',
  reason: (at) => {
    const missing = missingPackages(Object.keys(wantedPackages(at)));
    return missing.length > 0 ? `missing: ${missing.join(', ')}` : undefined;
  },
  work: async (at) => {
    const wanted = wantedPackages(at);
    const packages = missingPackages(Object.keys(wanted));
    const purpose = [...new Set(packages.map((name) => wanted[name]))].join(' and ');
    const log = join(projectPaths(at.root).logs, 'apt.log');
    await ensureSystemPackages({ packages, purpose, log, say: (text) => at.progress.detail(text) });
  },
};

/**
 * What each package that this command may need is for.
 * @param {import('./step.mjs').Context} at
 * @returns {Record<string, string>}
 */
function wantedPackages({ need, mustBuildWorker }) {
  /** @type {Record<string, string>} */
  const wanted = {};
  if (mustBuildWorker) for (const name of BUILD_PACKAGES) wanted[name] = "build mediasoup's worker";
  if (need === 'test' && !findChromium()) wanted[CHROMIUM_PACKAGE] = 'run the browser tests';
  if (need === 'test' && !findFirefox()) wanted[FIREFOX_PACKAGE] = 'run the browser tests';
  // With it the tests make a network of their own for Firefox.
  if (need === 'test' && !findProgram(['ip'], withSystemPrograms())) wanted.iproute2 = 'run the browser tests';
  return wanted;
}

/** Users who are not root have no `sbin` on their search path. */
const withSystemPrograms = () => ({ ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` });
