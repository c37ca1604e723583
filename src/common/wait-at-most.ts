/** Resolves when the promise does, or after so long, ms, whichever is first. @throws what the promise rejects with before */
export async function waitAtMost(ms: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
  try {
    await Promise.race([promise, enough]);
  } finally {
    clearTimeout(timer);
  }
}
