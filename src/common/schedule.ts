/** Runs `task` after `delayMs`; returns what cancels it. Passed in wherever something waits, so that tests own the time. */
export type Schedule = (delayMs: number, task: () => void) => () => void;

/** By timers that keep no process alive. */
export const scheduleTimeout: Schedule = (delayMs, task) => {
  const timer = setTimeout(task, delayMs);
  timer.unref();
  return () => clearTimeout(timer);
};
