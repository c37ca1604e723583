import { execFileSync } from 'node:child_process';
import { projectRoot } from '../../src/common/version.js';

/** The commit that is measured, with `+` when files differ from it; `unknown` outside a checkout. */
export function commitId(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: projectRoot(), encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') ? '+' : '');
  } catch {
    return 'unknown';
  }
}
