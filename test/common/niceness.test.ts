import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, it } from 'vitest';
import { projectFile } from '../../bench/support/project-file.js';

const niceness = JSON.stringify(projectFile('dist/src/common/niceness.js'));
let worker: Worker | undefined;
afterEach(() => worker?.terminate());

/** Field 19 of proc(5)'s stat, of each thread of this process. */
function ofThreads(): number[] {
  return readdirSync('/proc/self/task').map((tid) => {
    const stat = readFileSync(`/proc/self/task/${tid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
  });
}

it.each([0, 10])(
  'a process that analyses and is started with niceness %d more is below the call, and not raised',
  (more) => {
    const code = `import { belowTheCall } from ${niceness}; import { getPriority } from 'node:os'; belowTheCall(); console.log(getPriority());`;
    const told = execFileSync('nice', ['-n', `${more}`, process.execPath, '--input-type=module', '-e', code]);
    expect(Number(told)).toBe(Math.max(5, getPriority() + more));
  },
);

it.skipIf(process.platform !== 'linux')('of a thread, that thread alone is', async () => {
  const before = ofThreads().filter((nice) => nice === getPriority()).length;
  // Its port is listened to, so that the thread lives until it is counted; only what it said is awaited.
  const code = `const { parentPort } = require('node:worker_threads');
    parentPort.on('message', () => {});
    import(${niceness}).then(({ belowTheCall }) => { belowTheCall(); parentPort.postMessage('done'); });`;
  worker = new Worker(code, { eval: true });
  await new Promise((resolve) => worker!.once('message', resolve));
  const lowered = ofThreads().filter((nice) => nice === 5);
  expect(lowered.length).toBeGreaterThanOrEqual(1);
  expect(ofThreads().filter((nice) => nice === getPriority()).length).toBeGreaterThanOrEqual(before);
  expect(getPriority()).toBeLessThan(5);
});
