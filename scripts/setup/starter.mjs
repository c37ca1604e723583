import { readFileSync } from 'node:fs';

const LOOK_EVERY_MS = 1000;

/**
 * npm starts a program through a shell, and hands signals on to that shell alone: `kill` of the pid of `npx emostream serve`
 * ends npm and the shell, and nobody tells the program. So it looks whether they are still there. Only where npm started it:
 * who starts it otherwise may go and leave it running.
 * @param {() => void} onGone
 * @returns {() => void} what ends the looking
 */
export function watchStarter(onGone) {
  if (process.env.npm_command === undefined) return () => undefined;
  const shell = process.ppid;
  const npm = parentOf(shell);
  const timer = setInterval(() => {
    if (process.ppid === shell && parentOf(shell) === npm) return;
    clearInterval(timer);
    onGone();
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** proc(5), /proc/pid/stat; undefined where there is no such thing. @param {number} pid */
function parentOf(pid) {
  try {
    // The second field is a name in brackets that may hold anything.
    return Number(/.*\) \S+ (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}
