/** Writes the declarations of the package `emostream` into dist/types: of its entry, and of the files that these declarations name. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { listFiles } from './setup/hash.mjs';
import { execute } from './setup/execute.mjs';
import { ROOT } from './setup/locations.mjs';

const TYPES = join(ROOT, 'dist', 'types');
/** What the compiler leaves out where it knows its own output: a part of that was removed last time. */
rmSync(join(ROOT, 'dist', '.tsbuildinfo-types'), { force: true });

const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
process.exitCode = await execute(process.execPath, [tsc, '-p', 'tsconfig.package.json'], { cwd: ROOT });
if (process.exitCode === 0) {
  const named = reachable('src/embed/index.d.ts');
  for (const path of listFiles(TYPES, ['.'])) if (!named.has(normalize(path))) rmSync(join(TYPES, path));
}

/** @param {string} entry @returns {Set<string>} */
function reachable(entry) {
  const found = new Set([entry]);
  for (const path of found) {
    const text = readFileSync(join(TYPES, path), 'utf8');
    for (const [, specifier = ''] of text.matchAll(/(?:from|import\()\s*['"](\.[^'"]+)['"]/g)) {
      const target = normalize(join(dirname(path), specifier.replace(/\.js$/, '.d.ts')));
      if (existsSync(join(TYPES, target))) found.add(target);
    }
  }
  return found;
}
