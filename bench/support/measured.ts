import { availableParallelism, cpus } from 'node:os';
import { commitId } from './commit.js';

/** Options whose value is a path: that of one machine says nothing on another. */
const PATHS = /^--(prepared|data|model|json)$/;

/** What stands beside every figure: of which commit it is, on what it was measured, and by which command. @param script of npm */
export function measured(script: string) {
  const given = process.argv.slice(2);
  const shown = given.map((arg, i) => (PATHS.test(given[i - 1] ?? '') ? 'PATH' : arg));
  return {
    commit: commitId(),
    machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism(), node: process.version },
    command: ['npm run', script, ...(shown.length > 0 ? ['--', ...shown] : [])].join(' '),
  };
}
