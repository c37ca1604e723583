import { createHash } from 'node:crypto';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeInPlace } from '../../src/common/install/in-place.js';
import { runTool } from '../../src/common/install/tools.js';
import { userCache } from '../../src/common/install/user-cache.js';
import { projectFile } from './project-file.js';

/**
 * What only benchmarks need (bench/packages, some 300 MB) is not installed with the product: the first benchmark that asks
 * puts it into the user's cache, at the versions of its lock file and without running install scripts.
 * @returns the folder that holds its node_modules
 * @throws EmostreamError INSTALL_FAILED when npm cannot bring the packages
 */
export async function benchPackages(): Promise<string> {
  const lock = projectFile('bench/packages/package-lock.json');
  const digest = createHash('sha256')
    .update(await readFile(lock))
    .digest('hex');
  const folder = join(userCache(), 'bench', digest.slice(0, 12));
  await makeInPlace(folder, join(folder, 'node_modules'), async (work) => {
    console.log('Fetching the packages that only benchmarks need (bench/packages, about 115 MB) …');
    for (const name of ['package.json', 'package-lock.json']) {
      await copyFile(projectFile(`bench/packages/${name}`), join(work, name));
    }
    await runTool('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], work);
  });
  return folder;
}
