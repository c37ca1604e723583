import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { SetupError } from './failure.mjs';
import { projectPaths } from './locations.mjs';
import { readState, writeState } from './state.mjs';
import { buildWorker } from './worker-build.mjs';
import { downloadWorker } from './worker-download.mjs';
import { findWorker, startsAtAll } from './worker-place.mjs';

/**
 * mediasoup's worker: downloaded where it can be had, else built; then checked with mediasoup's own library.
 * @type {import('./step.mjs').Step}
 */
export const workerDownloadStep = {
  title: "mediasoup's worker, prebuilt",
  for: 'worker',
  reason: ({ root }) => (findWorker(root) ? undefined : 'none is there yet'),
  work: async (at) => {
    at.mustBuildWorker = !(await downloadWorker(at.root, (text) => at.progress.detail(text)));
  },
};

/** @type {import('./step.mjs').Step} */
export const workerBuildStep = {
  title: "mediasoup's worker, built from its source",
  for: 'worker',
  reason: ({ root }) => (findWorker(root) ? undefined : 'about 5 minutes on two cores; kept for all later checkouts'),
  work: ({ root, progress }) => buildWorker(root, progress),
};

/** @type {import('./step.mjs').Step} */
export const workerCheckStep = {
  title: "mediasoup's worker, checked",
  for: 'worker',
  reason: ({ root }) => {
    const worker = findWorker(root);
    // One that a variable names is this command's alone, and is not remembered.
    if (worker?.origin === 'given') return startsAtAll(worker.path) ? undefined : 'it does not start';
    const known = readState(projectPaths(root).state).worker;
    return worker && known?.key === worker.key && known.path === worker.path ? undefined : 'does it answer?';
  },
  work: ({ root, node }) => checkWorker(root, node),
};

/** @param {string} root @param {string} node */
function checkWorker(root, node) {
  const worker = findWorker(root);
  if (!worker) {
    throw new SetupError("mediasoup's worker was made and does not start", {
      remedy: 'run "npx emostream setup" again',
    });
  }
  if (worker.origin === 'given') {
    throw new SetupError(`MEDIASOUP_WORKER_BIN names ${worker.path}, which is no mediasoup worker that runs here`, {
      remedy: 'name another, or unset it and run the command again: the set-up then brings one',
    });
  }
  const script = join(root, 'scripts', 'setup', 'worker-check.mjs');
  const result = spawnSync(node, [script, worker.path], { cwd: root, encoding: 'utf8', timeout: 60_000 });
  if (result.status !== 0) {
    throw new SetupError("mediasoup's worker starts but does not work with mediasoup's library", {
      output: (result.stderr || result.error?.message || '').trim().split('\n').slice(-15).join('\n'),
      remedy: `remove the folder ${worker.key} and run the command again`,
    });
  }
  writeState(projectPaths(root).state, { worker: { key: worker.key, path: worker.path, origin: worker.origin } });
}
