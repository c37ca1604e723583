import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashFiles } from './hash.mjs';
import { packageFolder, userCache } from './locations.mjs';

/** What the worker prints and exits with when it is started by hand: its main.cpp's "missing MEDIASOUP_VERSION". */
const STARTED_BY_HAND = 41;

/** All that decides what is built from mediasoup's source: the CMake file, the bridging headers and the patch. */
const RECIPE = ['scripts/mediasoup-worker'];

/** mediasoup's version, as installed. @param {string} root */
export function mediasoupVersion(root) {
  /** @type {{ version: string, repository: { url: string } }} */
  const manifest = JSON.parse(readFileSync(join(mediasoupFolder(root), 'package.json'), 'utf8'));
  return manifest.version;
}

/** @param {string} root */
export function mediasoupFolder(root) {
  return packageFolder(root, 'mediasoup');
}

/**
 * The folders in the user's cache where a worker may lie, the preferred one first. They are named for all that decides
 * what is in them: mediasoup's version, the platform, and for one that was built also the system (whose libraries it is
 * linked with) and the recipe.
 * @param {string} root
 */
export function workerPlaces(root) {
  const version = mediasoupVersion(root);
  const platform = `${process.platform}-${process.arch}`;
  const cache = join(userCache(), 'mediasoup-worker');
  return {
    downloaded: join(cache, `${version}-${platform}-prebuilt`),
    built: join(cache, `${version}-${platform}-${systemName()}-${hashFiles(root, RECIPE).slice(0, 12)}`),
  };
}

/** Such as "debian12"; the platform's name where the system has none. @param {string} [osRelease] */
export function systemName(osRelease = '/etc/os-release') {
  if (!existsSync(osRelease)) return process.platform;
  const text = readFileSync(osRelease, 'utf8');
  /** @param {string} key */
  const field = (key) => new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(text)?.[1] ?? '';
  return `${field('ID')}${field('VERSION_ID')}`.replace(/[^\w.-]/g, '') || process.platform;
}

/**
 * The program that MEDIASOUP_WORKER_BIN names, a worker in the cache that runs, or the one that mediasoup's own install script brought (in a
 * checkout that does not run).
 * @param {string} root
 * @returns {{ path: string, origin: 'given' | 'downloaded' | 'built' | 'package', key: string } | undefined}
 */
export function findWorker(root) {
  const given = process.env.MEDIASOUP_WORKER_BIN;
  if (given) return { path: given, origin: 'given', key: given };
  const places = workerPlaces(root);
  for (const origin of /** @type {const} */ (['downloaded', 'built'])) {
    const path = join(places[origin], 'mediasoup-worker');
    if (startsAtAll(path)) return { path, origin, key: places[origin] };
  }
  const own = join(mediasoupFolder(root), 'worker', 'out', 'Release', 'mediasoup-worker');
  return startsAtAll(own) ? { path: own, origin: 'package', key: mediasoupFolder(root) } : undefined;
}

/**
 * Whether the program is a worker whose libraries are all there. Takes about 10 ms, so it is done at every start: a system
 * upgrade may have taken a library away.
 * @param {string} path
 */
export function startsAtAll(path) {
  if (!existsSync(path)) return false;
  const env = { ...process.env };
  delete env.MEDIASOUP_VERSION;
  return spawnSync(path, [], { env, stdio: 'ignore', timeout: 10_000 }).status === STARTED_BY_HAND;
}
