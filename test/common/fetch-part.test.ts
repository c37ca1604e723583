import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { fetchPart } from '../../src/common/install/tools.js';
import { temporaryFolder } from '../support/temporary-folder.js';

afterEach(() => vi.unstubAllEnvs());

const FILES = { 'package/index.js': '1', 'package/bin/linux/x64/lib.so': '2', 'package/bin/win32/x64/lib.dll': '3' };

/** A registry of one package: an `npm` that packs it. @returns what the archive hashes to */
function npmThatBrings(files: Record<string, string>): string {
  const folder = temporaryFolder(files);
  const archive = join(folder, 'archive.tgz');
  execFileSync('tar', ['czf', archive, '-C', folder, 'package']);
  const script = `#!/bin/sh\n[ "$1 $3" = "pack lib@1.2.3" ] && cp '${archive}' lib-1.2.3.tgz && echo lib-1.2.3.tgz\n`;
  const bin = temporaryFolder({ npm: script });
  execFileSync('chmod', ['+x', join(bin, 'npm')]);
  vi.stubEnv('PATH', `${bin}${delimiter}${process.env['PATH'] ?? ''}`);
  return `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
}

it('of a package only the wanted files are unpacked, and the archive goes', async () => {
  const integrity = npmThatBrings(FILES);
  const work = temporaryFolder();
  const lib = { name: 'lib', version: '1.2.3', integrity };
  const kept = await fetchPart(work, lib, (path) => path === 'index.js' || path.startsWith('bin/linux/x64/'));
  expect(kept.sort()).toEqual(['bin/linux/x64/lib.so', 'index.js']);
  const package_ = join(work, 'node_modules', 'lib');
  expect(readFileSync(join(package_, 'bin/linux/x64/lib.so'), 'utf8')).toBe('2');
  expect(existsSync(join(package_, 'bin/win32'))).toBe(false);
  expect(await readdir(work)).toEqual(['node_modules']);
});

it('a package of another hash is refused before it is unpacked', async () => {
  npmThatBrings(FILES);
  const work = temporaryFolder();
  const lib = { name: 'lib', version: '1.2.3', integrity: 'sha512-another' };
  await expect(fetchPart(work, lib, () => true)).rejects.toMatchObject({ code: 'INSTALL_FAILED' });
  expect(existsSync(join(work, 'node_modules'))).toBe(false);
});
