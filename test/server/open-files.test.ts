import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openFileLimit, openFilesWarning } from '../../src/server/open-files.js';
import { temporaryFolder } from '../support/temporary-folder.js';

test('a limit below what the sockets can need is told, with what to do', () => {
  expect(openFilesWarning({ maxSockets: 2000 }, 500, 2756)).toBeUndefined();
  const warning = openFilesWarning({ maxSockets: 2000 }, 500, 1024);
  for (const part of ['1024', 'maxSockets', 'ulimit -n 2756', 'LimitNOFILE=2756']) expect(warning).toContain(part);
  expect(openFilesWarning({ maxSockets: 2000 }, 500, Infinity)).toBeUndefined();
});

test('the limit is the one that this process has', () => {
  const soft = execFileSync('sh', ['-c', 'ulimit -Sn'], { encoding: 'utf8' }).trim();
  expect(openFileLimit()).toBe(soft === 'unlimited' ? Infinity : Number(soft));
});

test('where nobody says the limit, nothing is told', () => {
  const folder = temporaryFolder({
    limits: 'Max open files            unlimited            unlimited            files\n',
    other: 'x\n',
  });
  expect(openFileLimit(join(folder, 'limits'))).toBe(Infinity);
  for (const name of ['other', 'absent']) expect(openFileLimit(join(folder, name))).toBeUndefined();
});
