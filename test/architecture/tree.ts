import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** A project's source files: their paths relative to its root, with forward slashes, and their texts. */
export type SourceTree = ReadonlyMap<string, string>;

/** Reads every file of code in some folders: TypeScript, and the scripts that run before there is a compiler. */
export function readTree(root: string, folders: string[]): SourceTree {
  const tree = new Map<string, string>();
  for (const folder of folders) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.m?[jt]s$/.test(entry.name)) continue;
      const path = join(entry.parentPath, entry.name);
      if (path.includes('node_modules')) continue;
      tree.set(relative(root, path).split('\\').join('/'), readFileSync(path, 'utf8'));
    }
  }
  return tree;
}
