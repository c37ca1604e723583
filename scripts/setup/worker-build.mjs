import { chmodSync, copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { findProgram, runCommand } from './command.mjs';
import { SetupError } from './failure.mjs';
import { withLock } from './lock.mjs';
import { projectPaths } from './locations.mjs';
import { mediasoupFolder, startsAtAll, workerPlaces } from './worker-place.mjs';

/** Debian's packages that the build needs; their run-time parts come with them. */
export const BUILD_PACKAGES = [
  'cmake',
  'ninja-build',
  'g++',
  'pkg-config',
  'flatbuffers-compiler',
  'libflatbuffers-dev',
  'libssl-dev',
  'libuv1-dev',
  'libsrtp2-dev',
  'libabsl-dev',
];

/**
 * The one line of the worker that must change. Its callback answers OpenSSL for every operation on the outgoing BIO, and
 * OpenSSL takes the answer given after the operation (BIO_CB_RETURN is set, beside the operation's own bits) for the
 * operation's result. The line answers 1 for all but the bare BIO_CB_RETURN, also for the control operation by which an
 * OpenSSL built with kernel TLS, as Debian's is, asks whether kernel TLS is on for sending: "yes", and the first DTLS
 * record crashes the worker. BIO_callback_ctrl(3) wants `ret` back whenever BIO_CB_RETURN is set.
 */
export const PATCH = {
  file: 'src/RTC/DtlsTransport.cpp',
  from: '(operationType == BIO_CB_RETURN) ? static_cast<long>(ret) : 1;',
  to: '((operationType & BIO_CB_RETURN) != 0) ? static_cast<long>(ret) : 1;',
};

/**
 * @param {string} source
 * @param {{ file: string, from: string, to: string }} [patch]
 * @returns {string} the source with the patch
 */
export function applyPatch(source, patch = PATCH) {
  const parts = source.split(patch.from);
  if (parts.length !== 2) {
    throw new SetupError(
      `${patch.file} of mediasoup's worker has the line to be patched ${parts.length - 1} times, not once`,
      {
        remedy:
          'this mediasoup version differs from the one that package-lock.json names: install that one with "npm ci", ' +
          'or, when moving to a new version, see whether it still needs PATCH in scripts/setup/worker-build.mjs',
      },
    );
  }
  return parts.join(patch.to);
}

/**
 * Builds the worker from the source in mediasoup's npm package, into the user's cache. A build that was interrupted goes on
 * where it stopped.
 * @param {string} root
 * @param {{ detail: (text: string) => void, tick: (text: string) => void }} progress
 */
export async function buildWorker(root, progress) {
  const { built: place } = workerPlaces(root);
  const work = `${place}.build`;
  await withLock(
    `${place}.lock`,
    async () => {
      if (startsAtAll(join(place, 'mediasoup-worker'))) return;
      await compile(root, work, progress);
      const program = join(work, 'build', 'mediasoup-worker');
      // Two thirds of it are symbols that nobody reads here.
      const strip = findProgram(['strip']);
      if (strip) spawnSync(strip, [program]);
      const coming = `${place}.${process.pid}`;
      mkdirSync(coming, { recursive: true });
      copyFileSync(program, join(coming, 'mediasoup-worker'));
      chmodSync(join(coming, 'mediasoup-worker'), 0o755);
      rmSync(place, { recursive: true, force: true });
      renameSync(coming, place);
      rmSync(work, { recursive: true, force: true });
    },
    { onWait: (holder) => progress.detail(`waiting for process ${holder}, which is building it already`) },
  );
}

/**
 * @param {string} root
 * @param {string} work
 * @param {{ tick: (text: string) => void }} progress
 */
async function compile(root, work, progress) {
  const source = join(mediasoupFolder(root), 'worker');
  const patched = join(work, 'patched', PATCH.file);
  mkdirSync(dirname(patched), { recursive: true });
  const text = applyPatch(readFileSync(join(source, PATCH.file), 'utf8'));
  // Written only when it differs, or a resumed build would compile it again.
  if (!sameText(patched, text)) writeFileSync(patched, text);

  const remedy =
    'see the log; the build is known to work with Debian 12 and its packages ' +
    `(${BUILD_PACKAGES.join(' ')}). A worker from elsewhere can be named with MEDIASOUP_WORKER_BIN`;
  const { logs } = projectPaths(root);
  await runCommand(
    'cmake',
    [
      ...['-S', join(root, 'scripts', 'mediasoup-worker'), '-B', join(work, 'build'), '-G', 'Ninja'],
      ...[`-DWORKER=${source}`, `-DPATCHED=${join(work, 'patched')}`, '-DCMAKE_BUILD_TYPE=Release'],
    ],
    { what: "cmake could not prepare the build of mediasoup's worker", remedy, log: join(logs, 'worker-cmake.log') },
  );
  await runCommand('cmake', ['--build', join(work, 'build')], {
    what: "mediasoup's worker could not be built",
    remedy,
    log: join(logs, 'worker-build.log'),
    // Ninja's own progress: "[12/259] Building CXX object ...".
    onLine: (line) => {
      const [, done, all] = /^\[(\d+)\/(\d+)\]/.exec(line) ?? [];
      if (done && all) progress.tick(`${done} of ${all} files compiled`);
    },
  });
}

/** @param {string} path @param {string} text */
function sameText(path, text) {
  try {
    return readFileSync(path, 'utf8') === text;
  } catch {
    return false;
  }
}
