import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { EmostreamError } from '../../common/errors.js';

export interface TarFile {
  /** File name without folders. */
  name: string;
  data: Buffer;
}

const BLOCK = 512;

/**
 * The regular files of a ustar archive (POSIX.1-2017, pax §"ustar Interchange Format"), gzipped or not, in order. The corpora
 * are tens of megabytes, so the archive is held in memory.
 * @throws EmostreamError MEDIA_CORRUPT when it is cut short or not an archive
 */
export async function readTar(path: string): Promise<TarFile[]> {
  const raw = await readFile(path);
  const gzipped = raw[0] === 0x1f && raw[1] === 0x8b;
  return listTar(gzipped ? gunzipSync(raw) : raw, path);
}

export function listTar(archive: Buffer, path: string): TarFile[] {
  const files: TarFile[] = [];
  const refuse = (): never => {
    throw new EmostreamError('MEDIA_CORRUPT', `${path} is not a whole tar archive: fetch it again.`);
  };
  let at = 0;
  // Two zero blocks end an archive; one suffices to know.
  while (at < archive.length && archive[at] !== 0) {
    if (at + BLOCK > archive.length) refuse();
    const text = (start: number, length: number): string => {
      const field = archive.subarray(at + start, at + start + length);
      const end = field.indexOf(0);
      return field.toString('utf8', 0, end < 0 ? length : end);
    };
    const size = Number.parseInt(text(124, 12).trim(), 8);
    if (!Number.isFinite(size) || at + BLOCK + size > archive.length) refuse();
    const kind = text(156, 1);
    if (kind === '0' || kind === '') {
      files.push({ name: text(0, 100).split('/').at(-1)!, data: archive.subarray(at + BLOCK, at + BLOCK + size) });
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}
