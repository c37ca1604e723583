import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DAWN_VERSION, engineFolder, WEBGPU_BACKEND_VERSION, webgpuFiles } from './paths.js';
import { writeStandIns } from './shared-core.js';
import { runTool } from './tools.js';

export interface WebgpuInstallOptions {
  folder?: string;
  /** Told each step. */
  log: (line: string) => void;
}

/**
 * Installs the `webgpu` engine into the user's cache: Dawn for Node, whose binary ships in its npm package, and the
 * TensorFlow.js backend, which takes this project's core (see shared-core.ts). Idempotent.
 * @returns the engine's folder
 * @throws EmostreamError ENGINE_UNAVAILABLE when npm cannot bring the packages
 */
export async function installWebgpu({ folder = engineFolder('webgpu'), log }: WebgpuInstallOptions): Promise<string> {
  if (!existsSync(webgpuFiles(folder).backend)) {
    await mkdir(dirname(folder), { recursive: true });
    const work = await mkdtemp(`${folder}.partial-`);
    try {
      const packages = [`webgpu@${DAWN_VERSION}`, `@tensorflow/tfjs-backend-webgpu@${WEBGPU_BACKEND_VERSION}`];
      log(`Fetching ${packages.join(' and ')} …`);
      // Peers are the project's own core, of which there must not be a second one.
      const options = ['--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund', '--no-package-lock'];
      await runTool('npm', ['install', ...options, '--prefix', work, ...packages], work);
      await writeStandIns(work);
      await dropOtherPlatforms(join(work, 'node_modules', 'webgpu', 'dist'));
      await rename(work, folder);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
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
