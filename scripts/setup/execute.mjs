import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { withPathFirst } from './command.mjs';
import { watchStarter } from './starter.mjs';

/**
 * Runs a script with the project's Node in this process's place, as nearly as Node can: the same terminal and standard
 * streams, signals handed on, and its exit status (or the signal that ended it) becomes this process's own.
 * @param {string} node
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>} the exit status
 */
export async function execute(node, args, options = {}) {
  const child = spawn(node, args, {
    cwd: options.cwd,
    // First on the path, so that what it starts by the name `node` is the same Node.
    // Its number, so that a server notices when even this process is gone (src/cli/launcher.ts).
    env: { ...withPathFirst(dirname(node), options.env), LAUNCHER_PID_OF_EMOSTREAM: String(process.pid) },
    stdio: 'inherit',
  });
  /** @param {NodeJS.Signals} signal */
  const handOn = (signal) => {
    // Ctrl-C reaches every process of the terminal's foreground group, the child too: sent again, it would come twice.
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    child.kill(signal);
  };
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, handOn);
  const stopWatching = watchStarter(() => child.kill('SIGTERM'));
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        if (signal) {
          for (const each of signals) process.off(each, handOn);
          process.kill(process.pid, signal);
        }
        resolve(code ?? 1);
      });
    });
  } finally {
    stopWatching();
    for (const signal of signals) process.off(signal, handOn);
  }
}
