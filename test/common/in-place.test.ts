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
