import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Folders of Debian, Fedora and Alpine; elsewhere the loader's own list is asked. */
const LIBRARY_FOLDERS = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
  '/usr/local/lib',
];

/** Whether the dynamic loader of a Linux finds a library by its name, as far as that shows without loading it. */
export function loaderFinds(name: string, env: NodeJS.ProcessEnv = process.env): boolean {
  const folders = [...LIBRARY_FOLDERS, ...(env['LD_LIBRARY_PATH'] ?? '').split(':').filter(Boolean)];
  if (folders.some((folder) => existsSync(join(folder, name)))) return true;
  const { stdout } = spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' });
  return (stdout ?? '').includes(`\t${name} `);
}
