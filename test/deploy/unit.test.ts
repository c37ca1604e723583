import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { projectFile } from '../../bench/support/project-file.js';
import { findProgram } from '../../scripts/setup/command.mjs';
import { CLOSE_PATIENCE_MS } from '../../src/cli/supervision.js';
import { OPTIONS, fileText } from './support.js';

const FILE = 'deploy/systemd/emostream.service';
const settings = [...fileText(FILE).matchAll(/^(\w+)=(.*)$/gm)].map(([, key = '', value = '']) => ({ key, value }));
const of = (wanted: string) => settings.filter(({ key }) => key === wanted).map(({ value }) => value);

it('the unit starts the command of this project, from where the documentation puts it', () => {
  const [command = ''] = of('ExecStart');
  const [folder = ''] = of('WorkingDirectory');
  expect(command).toBe(`/usr/bin/env node ${folder}/bin/emostream.mjs serve`);
  expect(existsSync(projectFile('bin/emostream.mjs'))).toBe(true);
  const page = fileText('docs/deploying.md');
  for (const path of [folder, '/etc/emostream/emostream.env', FILE.replace(/.*\//, '')]) expect(page).toContain(path);
  expect(page).toContain(`XDG_CACHE_HOME=${/XDG_CACHE_HOME=(\S+)/.exec(fileText(FILE))?.[1]} `);
});

it('the service is not root, and writes nowhere but to its own state', () => {
  expect(of('User')).toEqual(['emostream']);
  expect(of('ProtectSystem')).toEqual(['strict']);
  expect(of('ReadOnlyPaths')).toEqual(['/opt/emostream /var/cache/emostream']);
  expect(of('ReadWritePaths')).toEqual([]);
  const variables = of('Environment').map((text) => text.split('='));
  for (const [name = ''] of variables) expect([...OPTIONS, 'XDG_CACHE_HOME']).toContain(name);
  expect(Object.fromEntries(variables)).toMatchObject({ EMOSTREAM_AUDIT_LOG: '/var/lib/emostream/audit.log' });
  expect(of('StateDirectory')).toEqual(['emostream']);
});

it('only its first process is told to end, and it has the time to tell everybody', () => {
  expect(of('KillMode')).toEqual(['mixed']);
  expect(1000 * Number(of('TimeoutStopSec')[0])).toBeGreaterThan(CLOSE_PATIENCE_MS);
});

it('compilation at run time is not forbidden to it: JavaScript and WebAssembly need that', () => {
  expect(of('MemoryDenyWriteExecute')).toEqual([]);
});

const analyze = findProgram(['systemd-analyze']);
if (!analyze) console.warn('passed over: systemd-analyze is not here (Debian: systemd)');

it.skipIf(!analyze)('systemd takes it', () => {
  const { status, stdout, stderr } = spawnSync(analyze ?? '', ['verify', projectFile(FILE)], { encoding: 'utf8' });
  // It complains of a unit with status 0, too, where it would go on without what it does not know.
  expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
});
