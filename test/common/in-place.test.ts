import { statSync, writeFileSync } from 'node:fs';
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
