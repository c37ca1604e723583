import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';

/** The holder touches its lock this often, in milliseconds. */
const HEARTBEAT = 2000;
/** A lock that was not touched for so long, in milliseconds, has no holder any more. */
const STALE_AFTER = 30_000;

/**
 * Does some work while no other process does work under the same lock; waits for that one otherwise.
 * A lock left by a process that died is taken over: at once where it can be seen that the process is gone, else after
 * half a minute without a sign of life.
 * @template T
 * @param {string} path the lock's file
 * @param {() => Promise<T>} work
 * @param {{ onWait?: (holder: number) => void, pollMs?: number, staleAfterMs?: number }} [options] `onWait` is called once
 *   when another process holds it, with that process's id
 * @returns {Promise<T>}
 */
export async function withLock(path, work, options = {}) {
  const id = await acquire(path, options);
  const beat = setInterval(() => {
    try {
      utimesSync(path, new Date(), new Date());
    } catch {
      // Taken from under us, which happens only after half a minute asleep; the release below sees it too.
    }
  }, HEARTBEAT);
  beat.unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    if (readLock(path)?.id === id) rmSync(path, { force: true });
  }
}

/**
 * @param {string} path
 * @param {{ onWait?: (holder: number) => void, pollMs?: number, staleAfterMs?: number }} options
 */
async function acquire(path, options) {
  const id = randomUUID();
  const content = JSON.stringify({ id, pid: process.pid, host: hostname() });
  mkdirSync(dirname(path), { recursive: true });
  for (let waited = false; ;) {
    try {
      writeFileSync(path, content, { flag: 'wx' });
      return id;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
    if (isStale(path, options.staleAfterMs ?? STALE_AFTER)) {
      takeAway(path);
      continue;
    }
    if (!waited) {
      options.onWait?.(readLock(path)?.pid ?? 0);
      waited = true;
    }
    await sleep(options.pollMs ?? 200);
  }
}

/** @param {string} path @param {number} staleAfterMs */
function isStale(path, staleAfterMs) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return false;
  const lock = readLock(path);
  if (lock && lock.host === hostname() && !isAlive(lock.pid)) return true;
  return Date.now() - stat.mtimeMs > staleAfterMs;
}

/**
 * Renames before it removes: of two processes that saw the same stale lock only one can rename it, and a fresh lock that
 * came in between (its heartbeat is young) is put back.
 * @param {string} path
 */
function takeAway(path) {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const lock = readLock(aside);
  const alive = lock && lock.host === hostname() && isAlive(lock.pid);
  const young = Date.now() - (statSync(aside, { throwIfNoEntry: false })?.mtimeMs ?? 0) < HEARTBEAT;
  if (alive && young) renameSync(aside, path);
  else rmSync(aside, { force: true });
}

/**
 * @param {string} path
 * @returns {{ id: string, pid: number, host: string } | undefined}
 */
function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and is another user's.
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
