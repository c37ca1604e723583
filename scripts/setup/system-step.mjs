import { join } from 'node:path';
import { CHROMIUM_PACKAGE, findChromium } from './chromium.mjs';
import { projectPaths } from './locations.mjs';
import { ensureSystemPackages, missingPackages } from './system-packages.mjs';
import { BUILD_PACKAGES } from './worker-build.mjs';

/**
 * The system's packages, asked for all at once, so that whoever must install them by hand is sent away only once.
 * @type {import('./step.mjs').Step}
 */
export const systemPackagesStep = {
  title: 'system packages',
  for: 'serve',
  reason: (at) => {
    const missing = missingPackages(wantedPackages(at).packages);
    return missing.length > 0 ? `missing: ${missing.join(', ')}` : undefined;
  },
  work: async (at) => {
    const { packages, purpose } = wantedPackages(at);
    const log = join(projectPaths(at.root).logs, 'apt.log');
    await ensureSystemPackages({ packages, purpose, log, say: (text) => at.progress.detail(text) });
  },
};

/** @param {import('./step.mjs').Context} at */
function wantedPackages({ need, mustBuildWorker }) {
  const packages = mustBuildWorker ? [...BUILD_PACKAGES] : [];
  const purposes = mustBuildWorker ? ["build mediasoup's worker"] : [];
  if (need === 'test' && !findChromium()) {
    packages.push(CHROMIUM_PACKAGE);
    purposes.push('run the browser tests');
  }
  return { packages, purpose: purposes.join(' and ') };
}
