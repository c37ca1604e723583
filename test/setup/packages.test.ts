import { describe, expect, it } from 'vitest';
import { firstDifference, packagesReason } from '../../scripts/setup/packages.mjs';
import { decideApt, missingPackages, notInstalled } from '../../scripts/setup/system-packages.mjs';
import { temporaryFolder, writeFiles } from '../support/temporary-folder.js';

describe('npm packages', () => {
  const lock = {
    packages: {
      '': { version: '0.1.0' },
      'node_modules/zod': { version: '4.6.7', integrity: 'sha512-a' },
      'node_modules/fsevents': { version: '2.3.3', optional: true },
      'node_modules/a/node_modules/zod': { version: '3.0.0', integrity: 'sha512-b' },
    },
  };
  const installed = (zod: object): object => ({
    packages: {
      'node_modules/zod': zod,
      'node_modules/a/node_modules/zod': { version: '3.0.0', integrity: 'sha512-b' },
    },
  });

  it('are right when all are there but those for other platforms', () => {
    expect(firstDifference(lock, installed({ version: '4.6.7', integrity: 'sha512-a' }))).toBeUndefined();
  });

  it.each([
    ['another version', { version: '4.6.8', integrity: 'sha512-a' }],
    ['other contents', { version: '4.6.7', integrity: 'sha512-c' }],
    ['none', undefined],
  ])('are wrong with %s', (_, zod) => {
    expect(firstDifference(lock, installed(zod as object))).toBe('zod');
  });

  it('are looked for in what npm has noted down', () => {
    const root = temporaryFolder({ 'package-lock.json': JSON.stringify(lock) });
    expect(packagesReason(root)).toBe('not installed yet');
    writeFiles(root, { 'node_modules/.package-lock.json': JSON.stringify(installed({ version: '1.0.0' })) });
    expect(packagesReason(root)).toBe('zod is not as package-lock.json has it');
    writeFiles(root, { 'node_modules/.package-lock.json': JSON.stringify(installed({ version: '4.6.7' })) });
    expect(packagesReason(root)).toBeUndefined();
  });
});

describe('system packages', () => {
  it('leave nothing to do when all are there, whoever one is', () => {
    for (const isRoot of [true, false]) expect(decideApt([], { isRoot, hasApt: false })).toEqual({ kind: 'nothing' });
  });

  it('are installed by root, each once', () => {
    const decision = decideApt(['ninja-build', 'cmake', 'cmake'], { isRoot: true, hasApt: true });
    expect(decision).toEqual({ kind: 'install', packages: ['cmake', 'ninja-build'] });
  });

  it('are asked of anybody else with one command', () => {
    const decision = decideApt(['ninja-build', 'cmake'], { isRoot: false, hasApt: true });
    expect(decision).toEqual({
      kind: 'ask',
      command: 'sudo apt-get update && sudo apt-get install -y --no-install-recommends cmake ninja-build',
    });
  });

  it('are not guessed on a system without apt', () => {
    for (const isRoot of [true, false])
      expect(decideApt(['cmake'], { isRoot, hasApt: false })).toEqual({ kind: 'foreign' });
  });

  it('count as missing when they were removed or are half installed', () => {
    const listing = 'cmake installed\nninja-build config-files\nlibuv1-dev half-installed\n';
    expect(notInstalled(['cmake', 'ninja-build', 'libuv1-dev', 'g++'], listing)).toEqual([
      'ninja-build',
      'libuv1-dev',
      'g++',
    ]);
  });

  it('are asked of dpkg where there is one', () => {
    expect(missingPackages(['emostream-has-no-such-package'])).toEqual(['emostream-has-no-such-package']);
    expect(missingPackages([])).toEqual([]);
  });
});
