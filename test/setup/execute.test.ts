import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';

const EXECUTE = fileURLToPath(new URL('../../scripts/setup/execute.mjs', import.meta.url));

/** A wrapper process that executes a script, as every npm script does. */
function wrap(script: string): ReturnType<typeof spawn> {
  const root = temporaryFolder({
    'wrapper.mjs': `import { execute } from ${JSON.stringify(EXECUTE)};
      process.exitCode = await execute(process.execPath, [${JSON.stringify('child.mjs')}], { cwd: import.meta.dirname });`,
    'child.mjs': script,
  });
  return spawn(process.execPath, [join(root, 'wrapper.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function outcome(
  child: ReturnType<typeof spawn>,
): Promise<{ code: number | null; signal: string | null; output: string }> {
  let output = '';
  child.stdout!.on('data', (data: Buffer) => (output += data.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code, signal, output };
}

describe('the command behind an npm script', () => {
  it.each([0, 1, 42])('gives exit status %i on', async (status) => {
    const child = wrap(`console.log('ran'); process.exitCode = ${status}`);
    expect(await outcome(child)).toEqual({ code: status, signal: null, output: 'ran\n' });
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('receives %s once, and may end as it likes', async (signal) => {
    const child = wrap(`
      let count = 0;
      process.on('${signal}', () => { count++; setImmediate(() => { console.log('count', count); clearInterval(timer); process.exitCode = 7; }); });
      const timer = setInterval(() => {}, 1000);
      console.log('ready');`);
    const ended = outcome(child);
    await once(child.stdout!, 'data');
    child.kill(signal);
    expect(await ended).toEqual({ code: 7, signal: null, output: 'ready\ncount 1\n' });
  });

  it('ends with the signal that ended it', async () => {
    const child = wrap("process.kill(process.pid, 'SIGKILL')");
    expect(await outcome(child)).toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  it('starts `node` by name as the same Node', async () => {
    const child = wrap(`
      import { execFileSync } from 'node:child_process';
      console.log(execFileSync('node', ['-p', 'process.execPath'], { encoding: 'utf8' }).trim() === process.execPath);`);
    expect((await outcome(child)).output).toBe('true\n');
  });
});

describe('a command whose starter is killed', () => {
  /** A wrapper under a shell, as npm starts it, with a child that says when it was asked to end. */
  function shelled(environment: NodeJS.ProcessEnv) {
    const root = temporaryFolder({
      'wrapper.mjs': `import { execute } from ${JSON.stringify(EXECUTE)};
        process.exitCode = await execute(process.execPath, ['child.mjs'], { cwd: import.meta.dirname });`,
      'child.mjs': `
        const timer = setInterval(() => {}, 1000);
        process.on('SIGTERM', () => { console.log('asked'); clearInterval(timer); });
        console.log('ready', process.pid);`,
    });
    // Two commands, or the shell would put the wrapper in its own place.
    const script = `"${process.execPath}" "${join(root, 'wrapper.mjs')}"; true`;
    const env = { ...process.env, npm_command: undefined, ...environment };
    return spawn('sh', ['-c', `sh -c '${script}'; true`], { stdio: ['ignore', 'pipe', 'inherit'], env });
  }

  it('under npm, is asked to end when the shell between is gone, and when npm is', async () => {
    for (const level of ['npm', 'shell']) {
      const outer = shelled({ npm_command: 'exec' });
      const output = lines(outer);
      expect(await output.next()).toMatch(/^ready/);
      process.kill(level === 'npm' ? outer.pid! : childOf(outer.pid!), 'SIGKILL');
      expect(await output.next()).toBe('asked');
    }
  });

  it('started by anything else, goes on', async () => {
    const outer = shelled({});
    const output = lines(outer);
    const pid = Number((await output.next()).split(' ')[1]);
    process.kill(outer.pid!, 'SIGKILL');
    // Longer than it takes to notice.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    process.kill(pid, 'SIGTERM');
    expect(await output.next()).toBe('asked');
  });

  function lines(child: ReturnType<typeof spawn>) {
    const iterator = createInterface(child.stdout!)[Symbol.asyncIterator]();
    return { next: async () => String((await iterator.next()).value) };
  }

  function childOf(pid: number): number {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
  }
});
