import { spawn } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EmostreamError } from '../../common/errors.js';

const ADVICE: Record<string, string> = {
  python3:
    'Install Python 3 with pip (Debian: apt-get install python3-pip) and see that its package index is reachable.',
  npm: 'See that npm is installed and its registry is reachable.',
  tar: 'Install tar.',
  'g++': 'Install a C++ compiler (Debian: apt-get install g++).',
};

/**
 * Runs a program to its end.
 * @returns its standard output
 * @throws EmostreamError ENGINE_UNAVAILABLE when it cannot be started or fails, with the end of what it said
 */
export function runTool(tool: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(tool, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    // The end is what tells; a compiler can say very much.
    child.stderr.on('data', (data: Buffer) => (errors = (errors + data.toString()).slice(-2000)));
    const fail = (why: string, cause?: Error): void => {
      const message = `Installing the engine: ${tool} ${why}. ${ADVICE[tool] ?? ''}`.trim();
      reject(new EmostreamError('ENGINE_UNAVAILABLE', message, { cause }));
    };
    child.on('error', (error) => fail('did not start', error));
    child.on('close', (code) => (code === 0 ? resolve(output) : fail(`failed (exit ${code}): ${errors.trim()}`)));
  });
}

/** Unpacks an npm package, without its dependencies and without running its scripts, into `into` below `work`. */
export async function fetchPackage(work: string, spec: string, into: string): Promise<void> {
  const packed = await runTool('npm', ['pack', '--silent', spec], work);
  const tarball = packed.trim().split('\n').at(-1)!;
  await mkdir(join(work, into), { recursive: true });
  await runTool('tar', ['xzf', tarball, '-C', into, '--strip-components=1'], work);
  await rm(join(work, tarball));
}
