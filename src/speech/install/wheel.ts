import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { EmostreamError } from '../../common/errors.js';

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
