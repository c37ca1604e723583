const LOOK_EVERY_MS = 1000;

/**
 * `npm start` and `npx emostream` run this program as the child of a process that hands signals on
 * (scripts/setup/execute.mjs). Killed outright it hands on nothing; then this program has another parent. Started by
 * anything else it may outlive its parent.
 * @returns what ends the looking
 */
export function watchLauncher(onGone: () => void, env: NodeJS.ProcessEnv = process.env): () => void {
  const launcher = process.ppid;
  if (env.LAUNCHER_PID_OF_EMOSTREAM !== String(launcher)) return () => undefined;
  const timer = setInterval(() => {
    if (process.ppid === launcher) return;
    clearInterval(timer);
    onGone();
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
