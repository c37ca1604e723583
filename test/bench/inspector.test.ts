import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Inspector } from '../../bench/support/inspector.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Always within a function, but for moments between. */
const BUSY = `
globalThis.within = false;
const spin = () => {
  globalThis.within = true;
  for (const until = Date.now() + 200; Date.now() < until;);
  globalThis.within = false;
  setTimeout(spin, 1);
};
setTimeout(() => { console.log('runs'); spin(); }, 0);
`;

it('calls a function in a turn of its own, where an expression would run within another', async () => {
  const folder = temporaryFolder();
  const look = join(folder, 'look.cjs');
  writeFileSync(look, 'exports.within = () => globalThis.within;');
  const child = spawn(process.execPath, ['-e', BUSY], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const inspector = await Inspector.attach(child.pid!);
  onTestFinished(() => inspector.close());
  const called = [];
  for (let n = 0; n < 10; n++) called.push(await inspector.call<boolean>(look, 'within'));
  expect(called).toEqual(called.map(() => false));
});
