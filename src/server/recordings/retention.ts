import { lstat, readdir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';

interface Kept {
  path: string;
  bytes: number;
  changedMs: number;
}

/** What a recording consists of; whatever else lies there is somebody's own, and stays. */
const OURS = /^(events|words)(\.\d+)?\.jsonl$/;
const FOLDER = /^\d{8}T\d{6}Z-[A-Za-z0-9_-]+$/;

/**
 * Deletes recordings' files that are too old, and of the others the oldest that are too much. Files that are written at the moment are
 * the newest of all; they go last.
 * @returns how many went
 */
export async function prune(folder: string, to: { maxBytes: number; olderThanMs: number }): Promise<number> {
  const files = (await filesOf(folder)).sort((a, b) => a.changedMs - b.changedMs);
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  let gone = 0;
  for (const file of files) {
    if (file.changedMs >= to.olderThanMs && bytes <= to.maxBytes) break;
    await unlink(file.path);
    bytes -= file.bytes;
    gone += 1;
    // Only when nothing else is in it.
    await rmdir(join(file.path, '..')).catch(() => undefined);
  }
  return gone;
}

async function filesOf(folder: string): Promise<Kept[]> {
  const files: Kept[] = [];
  for (const place of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    if (!place.isDirectory() || !FOLDER.test(place.name)) continue;
    for (const name of await readdir(join(folder, place.name))) {
      if (!OURS.test(name)) continue;
      const path = join(folder, place.name, name);
      const { size, mtimeMs } = await lstat(path);
      files.push({ path, bytes: size, changedMs: mtimeMs });
    }
  }
  return files;
}
