import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * The folder of an optional package that the user has installed beside the product (`npm install NAME`); null where there is none.
 * @param version the one that was tried: another is passed over
 * @param from a file of the product
 */
export function packageBeside(name: string, version: string, from: string | URL = import.meta.url): string | null {
  for (const modules of createRequire(from).resolve.paths(name) ?? []) {
    const folder = join(modules, name);
    if (existsSync(join(folder, 'package.json'))) return versionOf(folder) === version ? folder : null;
  }
  return null;
}

function versionOf(folder: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version?: string }).version;
  } catch {
    return undefined;
  }
}
