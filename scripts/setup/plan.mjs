import { accessSync, constants, mkdirSync } from 'node:fs';
import { buildClientStep, buildServerStep } from './build.mjs';
import { chromiumStep } from './chromium.mjs';
import { commandLinkStep } from './command-link.mjs';
import { SetupError } from './failure.mjs';
import { firefoxStep } from './firefox.mjs';
import { withLock } from './lock.mjs';
import { isInstalled, projectPaths, stateFolder } from './locations.mjs';
import { mediaLibraryStep } from './media-library.mjs';
import { findNode, nodeStep } from './node-runtime.mjs';
import { packagesStep } from './packages.mjs';
import { Progress } from './progress.mjs';
import { prometheusStep } from './prometheus.mjs';
import { speechStep } from './speech.mjs';
import { includes } from './step.mjs';
import { systemPackagesStep } from './system-step.mjs';
import { workerBuildStep, workerCheckStep, workerDownloadStep } from './worker-steps.mjs';

/**
 * All of the set-up, in the order in which one step needs another.
 * @type {import('./step.mjs').Step[]}
 */
const STEPS = [
  nodeStep,
  packagesStep,
  commandLinkStep,
  workerDownloadStep,
  systemPackagesStep,
  workerBuildStep,
  workerCheckStep,
  mediaLibraryStep,
  chromiumStep,
  firefoxStep,
  prometheusStep,
  buildServerStep,
  buildClientStep,
  speechStep,
];

/**
 * A service has its code read-only (deploy/systemd), and cannot do what whoever installed it left undone. Of an installed package nothing
 * is written but in the user's cache.
 * @param {string} root
 * @param {string} lack what is to be done
 * @param {(path: string, mode: number) => void} [access] for tests
 * @throws {SetupError} if the folder cannot be written
 */
export function demandWritable(root, lack, access = accessSync) {
  const folder = isInstalled(root) ? stateFolder(root) : root;
  try {
    if (folder !== root) mkdirSync(folder, { recursive: true });
    access(folder, constants.W_OK);
  } catch {
    throw new SetupError(`the set-up is not complete (${lack}), and ${folder} cannot be written here`, {
      remedy:
        folder === root
          ? 'run "node scripts/setup.mjs serve" there as the owner of the folder, with the XDG_CACHE_HOME that this command has ' +
            '(docs/deploying.md)'
          : 'run "npx emostream setup" with an XDG_CACHE_HOME that can be written, and this command with the same',
    });
  }
}

/**
 * Does what is left to do of the set-up. Of two commands that need something at once, one waits for the other.
 * @param {string} root
 * @param {import('./step.mjs').Need} need
 * @param {Progress} [progress]
 * @returns {Promise<{ node: string }>} the Node to run with
 */
export async function setUp(root, need, progress = new Progress()) {
  const installed = isInstalled(root);
  const steps = STEPS.filter((step) => includes(need, step.for) && !(installed && step.checkout));
  /** @type {import('./step.mjs').Context} */
  const at = { root, need, progress, node: findNode(root) ?? '', mustBuildWorker: false };
  const first = steps.find((step) => step.reason(at) !== undefined);
  if (!first) return { node: at.node };
  demandWritable(root, `${first.title}: ${first.reason(at)}`);
  await withLock(
    projectPaths(root).lock,
    async () => {
      for (const step of steps) {
        // Looked at anew: another process may have done it meanwhile.
        const reason = step.reason(at);
        if (reason !== undefined) await progress.step(step.title, reason, async () => step.work(at));
        at.node ||= findNode(root) ?? '';
      }
    },
    { onWait: (holder) => progress.say(`Waiting for process ${holder}, which is setting up this folder`) },
  );
  progress.finish();
  return { node: at.node };
}
