import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
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

/** Of glibc's and musl's <dlfcn.h>: closing it does not unload it. */
const RTLD_NODELETE = 0x1000;

/**
 * Loads a library for good, so that one which needs it by its name finds it, wherever it lies. Node loads addons only: what is none is
 * loaded, found to be none, and closed, which here does not unload it.
 * @throws Error what the loader says
 */
export function keepLoaded(file: string): void {
  const { RTLD_NOW, RTLD_GLOBAL } = constants.dlopen;
  try {
    process.dlopen({ exports: {} }, file, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE);
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('did not self-register'))) throw error;
  }
}
