import { chmodSync, copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { PATCH, applyPatch } from '../mediasoup-worker/patch.mjs';
import { findProgram, runCommand } from './command.mjs';
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
  // CMake goes on only with a build of the same source folder: another checkout's unfinished one is of no use.
  const origin = join(work, 'source.txt');
  if (!sameText(origin, source)) {
    rmSync(work, { recursive: true, force: true });
    mkdirSync(work, { recursive: true });
    writeFileSync(origin, source);
  }
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
