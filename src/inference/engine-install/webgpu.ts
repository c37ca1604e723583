import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeInPlace } from '../../common/install/in-place.js';
import { fetchModules } from '../../common/install/tools.js';
import { engineFolder, webgpuFiles } from './paths.js';
import { WEBGPU_PACKAGES } from './pinned.js';
import { writeStandIns } from './shared-core.js';

export interface WebgpuInstallOptions {
  folder?: string;
  /** Told each step. */
  log: (line: string) => void;
}

/**
 * Installs the `webgpu` engine into the user's cache: Dawn for Node, whose binary ships in its npm package, and the
 * TensorFlow.js backend, which takes this project's core (see shared-core.ts). Idempotent.
 * @returns the engine's folder
 * @throws EmostreamError INSTALL_FAILED when npm cannot bring the packages
 */
export async function installWebgpu({ folder = engineFolder('webgpu'), log }: WebgpuInstallOptions): Promise<string> {
  await makeInPlace(folder, webgpuFiles(folder).backend, async (work) => {
    log(`Fetching ${WEBGPU_PACKAGES.map(({ name, version }) => `${name}@${version}`).join(', ')} …`);
    await fetchModules(work, WEBGPU_PACKAGES);
    await writeStandIns(work);
    await dropOtherPlatforms(join(work, 'node_modules', 'webgpu', 'dist'));
  });
  log(`The webgpu engine is in ${folder}.`);
  return folder;
}

/** The package carries Dawn for every platform, some 25 MB each. */
async function dropOtherPlatforms(dist: string): Promise<void> {
  const own = `${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}`;
  const folders = await readdir(dist);
  if (!folders.includes(own)) return;
  for (const name of folders) if (name !== own) await rm(join(dist, name), { recursive: true });
}
