import { existsSync } from 'node:fs';
import { join } from 'node:path';

const LIBRARY = 'libc_malloc_debug.so.0';
export const MISSING_LIBRARY = `${LIBRARY} is not here: checking what is written past a block needs glibc 2.34 or later on Linux (Debian and Ubuntu have the library in the package libc6).`;
const FOLDERS = ['/lib/x86_64-linux-gnu', '/lib/aarch64-linux-gnu', '/lib64', '/usr/lib64', '/usr/lib'];

/**
 * What a process must be started with so that the C library checks every block when it is freed. Since glibc 2.34 the checks
 * are in a library of their own that has to be loaded first; MALLOC_CHECK_ alone does nothing (glibc's manual, 3.2.3.9).
 * @throws Error that says what to install where the library is missing
 */
export function checkedEnvironment(): Record<string, string> {
  const path = checkingLibrary();
  if (!path) throw new Error(MISSING_LIBRARY);
  return { LD_PRELOAD: path, MALLOC_CHECK_: '3' };
}

/** Its path; null where there is none. */
export function checkingLibrary(): string | null {
  return FOLDERS.map((folder) => join(folder, LIBRARY)).find((path) => existsSync(path)) ?? null;
}
