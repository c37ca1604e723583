import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A file as it was installed. */
export interface InstalledFile {
  /** Within its folder. */
  name: string;
  /** Hexadecimal digits. */
  sha256: string;
}

/** In hexadecimal digits. */
export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** @returns the first of the files that is missing, or is not what was installed: a disk that is full or fails, a copy that broke off */
export async function damagedFile(folder: string, files: readonly InstalledFile[]): Promise<string | null> {
  for (const { name, sha256 } of files) {
    const path = join(folder, name);
    const digest = await readFile(path).then(sha256Of, () => '');
    if (digest !== sha256) return path;
  }
  return null;
}
