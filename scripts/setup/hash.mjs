import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * A hash of files' names and contents, so that it changes when a file is changed, added, removed or renamed, and not when
 * it is merely touched or checked out anew.
 * @param {string} root
 * @param {string[]} entries files and folders (all that is in them) relative to `root`; one that is absent counts as absent
 * @param {(path: string) => boolean} [accept] which files count, by their path relative to `root`
 * @returns {string} 32 hexadecimal digits
 */
export function hashFiles(root, entries, accept = () => true) {
  const hash = createHash('sha256');
  for (const path of listFiles(root, entries).filter(accept)) {
    const content = readFileSync(join(root, path));
    // Lengths keep names and contents apart.
    hash.update(`${path.length}:${path}:${content.length}:`).update(content);
  }
  return hash.digest('hex').slice(0, 32);
}

/**
 * Every file in these entries, sorted, relative to `root`, with forward slashes.
 * @param {string} root
 * @param {string[]} entries
 */
export function listFiles(root, entries) {
  /** @type {string[]} */
  const found = [];
  /** @param {string} path */
  const visit = (path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) for (const name of readdirSync(path)) visit(join(path, name));
    else if (stat?.isFile()) found.push(relative(root, path).split('\\').join('/'));
  };
  for (const entry of entries) visit(join(root, entry));
  return [...new Set(found)].sort();
}
