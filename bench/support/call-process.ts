import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallReport } from '../call-run.js';
import { projectFile } from './project-file.js';

/** Runs `bench/call.js` of a checkout (this one if none is named) in a process of its own, and reads what it measured. */
export async function callOf(args: readonly string[], checkout?: string): Promise<CallReport> {
  const folder = mkdtempSync(join(tmpdir(), 'emostream-bench-'));
  const json = join(folder, 'call.json');
  const program = checkout ? join(checkout, 'dist/bench/call.js') : projectFile('dist/bench/call.js');
  try {
    await new Promise<void>((resolve, reject) => {
      const child = spawn(process.execPath, [program, ...args, '--json', json], {
        cwd: checkout ?? projectFile('.'),
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      child.once('error', reject);
      // Its exit code only says whether events are missing, which the figures say too.
      child.once('exit', () => resolve());
    });
    return JSON.parse(readFileSync(json, 'utf8')) as CallReport;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
