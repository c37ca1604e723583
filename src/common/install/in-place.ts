import { existsSync, rmSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EmostreamError } from '../errors.js';

/**
 * Makes a folder beside its place and moves it there whole, so that an install that fails or is interrupted leaves nothing
 * half done; what one that was killed has left goes with the next.
 * @param folder where it is to be
 * @param complete a file below `folder`: where it lies nothing is to be done
 * @param make fills the folder that it is given
 * @param isIntact whether what lies there is whole; asked where `complete` lies
 * @throws EmostreamError INSTALL_FAILED where it cannot be written
 */
export async function makeInPlace(
  folder: string,
  complete: string,
  make: (work: string) => Promise<void>,
  isIntact: () => Promise<boolean> = () => Promise.resolve(true),
): Promise<void> {
  try {
    await fillInPlace(folder, async () => existsSync(complete) && (await isIntact()), make);
  } catch (error) {
    throw notWritten(folder, error) ?? error;
  }
}

async function fillInPlace(
  folder: string,
  isThere: () => Promise<boolean>,
  make: (work: string) => Promise<void>,
): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  await removeAbandoned(folder);
  if (await isThere()) return;
  const work = await mkdtemp(`${folder}.partial-${process.pid}-`);
  const interrupted = (signal: NodeJS.Signals): void => {
    rmSync(work, { recursive: true, force: true });
    process.off(signal, interrupted);
    process.kill(process.pid, signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, interrupted);
  try {
    await make(work);
    // Another install may have made it meanwhile; what is there and is not complete was spoiled.
    if (await isThere()) return;
    // `mkdtemp` keeps it to its maker: a service that another user runs could not read what root installed.
    await chmod(work, 0o755);
    await rm(folder, { recursive: true, force: true });
    await rename(work, folder);
  } finally {
    for (const signal of signals) process.off(signal, interrupted);
    await rm(work, { recursive: true, force: true });
  }
}

/** What a file system may answer, and who can do something about it. */
const REFUSALS: Record<string, string> = {
  EACCES: 'it must be writable for who installs',
  EPERM: 'it must be writable for who installs',
  EROFS: 'it is on a file system that is read-only',
  ENOTDIR: 'a part of it is no folder',
  EEXIST: 'a part of it is no folder',
  ENOSPC: 'the disk is full',
  EDQUOT: 'who installs may store no more',
};

function notWritten(folder: string, error: unknown): EmostreamError | null {
  const why = REFUSALS[(error as NodeJS.ErrnoException).code ?? ''];
  if (why === undefined || error instanceof EmostreamError) return null;
  const message = `${folder} cannot be written: ${why}. XDG_CACHE_HOME names another place.`;
  return new EmostreamError('INSTALL_FAILED', message, { cause: error });
}

async function removeAbandoned(folder: string): Promise<void> {
  const start = `${basename(folder)}.partial-`;
  for (const name of await readdir(dirname(folder))) {
    if (!name.startsWith(start)) continue;
    const pid = Number(name.slice(start.length).split('-')[0]);
    if (!isRunning(pid)) await rm(join(dirname(folder), name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid)) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: somebody else's, and running.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
