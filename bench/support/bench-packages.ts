import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { runTool } from '../../src/inference/engine-install/tools.js';
import { projectFile } from './project-file.js';

/**
 * What only benchmarks need (bench/packages, some 300 MB) is not installed with the product: the first benchmark that asks
 * puts it into the user's cache, at the versions of its lock file and without running install scripts.
 * @returns the folder that holds its node_modules
 * @throws EmostreamError ENGINE_UNAVAILABLE when npm cannot bring the packages
 */
export async function benchPackages(): Promise<string> {
  const lock = projectFile('bench/packages/package-lock.json');
  const digest = createHash('sha256')
    .update(await readFile(lock))
    .digest('hex');
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = join(cache, 'emostream', 'bench', digest.slice(0, 12));
  if (existsSync(folder)) return folder;
  console.log('Fetching the packages that only benchmarks need (bench/packages, about 115 MB) …');
  await mkdir(dirname(folder), { recursive: true });
  const work = await mkdtemp(`${folder}.partial-`);
  try {
    for (const name of ['package.json', 'package-lock.json']) {
      await copyFile(projectFile(`bench/packages/${name}`), join(work, name));
    }
    await runTool('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], work);
    await rename(work, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return folder;
}
