import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeInPlace } from '../../src/common/install/in-place.js';
import { temporaryFolder } from '../support/temporary-folder.js';

it('what is installed can be read by other users: a service is not who installed it', async () => {
  const folder = join(temporaryFolder(), 'model');
  const file = join(folder, 'weights');
  await makeInPlace(folder, file, (work) => Promise.resolve(writeFileSync(join(work, 'weights'), 'x')));
  expect(statSync(folder).mode & 0o777).toBe(0o755);
});

it('what is there and damaged is made anew; what is whole is left', async () => {
  const folder = join(temporaryFolder(), 'model');
  const file = join(folder, 'weights');
  const made: string[] = [];
  const install = (text: string, isIntact: () => Promise<boolean>) =>
    makeInPlace(
      folder,
      file,
      (work) => {
        made.push(text);
        return Promise.resolve(writeFileSync(join(work, 'weights'), text));
      },
      isIntact,
    );
  await install('first', () => Promise.resolve(false));
  await install('second', () => Promise.resolve(true));
  expect(readFileSync(file, 'utf8')).toBe('first');
  await install('third', () => Promise.resolve(readFileSync(file, 'utf8') === 'third'));
  expect(readFileSync(file, 'utf8')).toBe('third');
  expect(made).toEqual(['first', 'third']);
});

it.each([
  ['is no folder', () => undefined, /a part of it is no folder/u],
  [
    'has no room',
    () => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    },
    /the disk is full/u,
  ],
])('where it is to be that %s is told, with what to do', async (what, fail, message) => {
  const root = temporaryFolder({ file: '' });
  const folder = what === 'is no folder' ? join(root, 'file', 'model') : join(root, 'model');
  const installing = makeInPlace(folder, join(folder, 'weights'), () => {
    fail();
    return Promise.resolve();
  });
  await expect(installing).rejects.toMatchObject({ code: 'INSTALL_FAILED', message: expect.stringMatching(message) });
  await expect(installing).rejects.toThrow(`${folder} cannot be written`);
});
