/* global AbortController */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { mediasoupFolder, mediasoupVersion, startsAtAll, workerPlaces } from './worker-place.mjs';

/** How long to wait for the server's first answer, in milliseconds: where only registries can be reached there is none. */
const ANSWER_TIMEOUT = 8_000;
/** How long the whole download may take, in milliseconds: about 5 MB. */
const DOWNLOAD_TIMEOUT = 120_000;
/** No worker is larger, in bytes. */
const MAX_SIZE = 200_000_000;

/**
 * Where mediasoup publishes the worker for this machine: the scheme of its npm-scripts.mjs, the same variable to name another
 * server included.
 * @param {{ repository: string, version: string, platform: string, arch: string, kernel: string, base?: string }} of
 *   `kernel` as `os.release()` gives it
 */
export function prebuiltUrl({ repository, version, platform, arch, kernel, base }) {
  const server = base ?? `${repository.replace(/^git\+/, '').replace(/\.git$/, '')}/releases/download`;
  const suffix = platform === 'linux' ? `-kernel${Number(kernel.split('.')[0])}` : '';
  return `${server}/${version}/mediasoup-worker-${version}-${platform}-${arch}${suffix}.tgz`;
}

/**
 * Downloads the prebuilt worker into the user's cache.
 * @param {string} root
 * @param {(text: string) => void} say
 * @returns {Promise<boolean>} whether it is there now and runs; if not, it is to be built
 */
export async function downloadWorker(root, say) {
  /** @type {{ repository: { url: string } }} */
  const manifest = JSON.parse(readFileSync(join(mediasoupFolder(root), 'package.json'), 'utf8'));
  const url = prebuiltUrl({
    repository: manifest.repository.url,
    version: mediasoupVersion(root),
    platform: process.platform,
    arch: process.arch,
    kernel: release(),
    base: process.env.MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL,
  });
  const { downloaded: place } = workerPlaces(root);
  const coming = `${place}.${process.pid}`;
  try {
    const archive = await fetchArchive(url);
    mkdirSync(coming, { recursive: true });
    writeFileSync(join(coming, 'worker.tgz'), archive);
    const unpacked = spawnSync('tar', ['-xzf', 'worker.tgz'], { cwd: coming, encoding: 'utf8' });
    if (unpacked.status !== 0) throw new Error(`tar: ${unpacked.stderr || unpacked.error?.message}`);
    rmSync(join(coming, 'worker.tgz'));
    if (!startsAtAll(join(coming, 'mediasoup-worker'))) throw new Error('the downloaded program does not run here');
    rmSync(place, { recursive: true, force: true });
    renameSync(coming, place);
    return true;
  } catch (error) {
    rmSync(coming, { recursive: true, force: true });
    say(`no prebuilt worker to be had (${reason(error)})`);
    return false;
  }
}

/** @param {string} url */
async function fetchArchive(url) {
  const controller = new AbortController();
  const unanswered = setTimeout(() => controller.abort(new Error('no answer')), ANSWER_TIMEOUT);
  const unfinished = setTimeout(() => controller.abort(new Error('too slow')), DOWNLOAD_TIMEOUT);
  try {
    const response = await fetch(url, { signal: controller.signal });
    clearTimeout(unanswered);
    if (!response.ok) throw new Error(`status ${response.status}`);
    if (Number(response.headers.get('content-length') ?? 0) > MAX_SIZE) throw new Error('larger than any worker');
    return Buffer.from(await response.arrayBuffer());
  } finally {
    clearTimeout(unanswered);
    clearTimeout(unfinished);
  }
}

/** fetch says only "fetch failed"; the cause says why. @param {unknown} error */
function reason(error) {
  if (!(error instanceof Error)) return String(error);
  const cause = /** @type {{ code?: string, message?: string } | undefined} */ (error.cause);
  return cause?.code ?? cause?.message ?? error.message;
}
