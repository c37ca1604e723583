import { readdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashFiles } from '../../scripts/setup/hash.mjs';
import { readState, writeState } from '../../scripts/setup/state.mjs';
import { temporaryFolder, writeFiles } from '../support/temporary-folder.js';

describe("the set-up's state", () => {
  it('is empty where there is none or none that can be read', () => {
    const root = temporaryFolder({ 'cut.json': '{"worker": {"pa', 'null.json': 'null' });
    for (const name of ['absent.json', 'cut.json', 'null.json']) expect(readState(join(root, name))).toEqual({});
  });

  it("keeps the other steps' entries, and leaves nothing else behind", () => {
    const path = join(temporaryFolder(), '.cache', 'setup.json');
    writeState(path, { server: { hash: 'a' }, client: { hash: 'b' } });
    writeState(path, { server: { hash: 'c' } });
    expect(readState(path)).toEqual({ server: { hash: 'c' }, client: { hash: 'b' } });
    expect(readdirSync(join(path, '..'))).toEqual(['setup.json']);
  });
});

describe('the hash of sources', () => {
  const files = { 'src/a.ts': 'one', 'src/deep/b.ts': 'two', 'package-lock.json': '{}' };
  const hash = (root: string): string =>
    hashFiles(root, ['src', 'package-lock.json', 'absent'], (path) => /\.(ts|json)$/.test(path));

  it('is the same for the same contents, wherever and whenever they were written', () => {
    const [here, there] = [temporaryFolder(files), temporaryFolder(files)];
    utimesSync(join(there, 'src/a.ts'), 1, 1);
    writeFiles(there, { 'src/notes.md': 'not a source', 'other/c.ts': 'not in these folders' });
    expect(hash(there)).toBe(hash(here));
  });

  it.each<[string, (root: string) => void]>([
    ['changed', (root) => writeFileSync(join(root, 'src/a.ts'), 'ONE')],
    ['added', (root) => writeFileSync(join(root, 'src/c.ts'), '')],
    ['renamed', (root) => renameSync(join(root, 'src/a.ts'), join(root, 'src/z.ts'))],
    ['given to another file', (root) => writeFiles(root, { 'src/a.ts': 'onetwo', 'src/deep/b.ts': '' })],
  ])('differs when contents are %s', (_, change) => {
    const root = temporaryFolder(files);
    const before = hash(root);
    change(root);
    expect(hash(root)).not.toBe(before);
  });
});
