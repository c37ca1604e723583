import { fileURLToPath } from 'node:url';

/**
 * The URL of a worker thread's entry file beside the caller. Threads run compiled JavaScript: when the caller itself runs
 * from its TypeScript source (under the test runner), the compiled twin in dist/ is taken.
 * @param from the caller's `import.meta.url`
 * @param relative the entry file relative to the caller, with its `.js` name
 */
export function workerUrl(from: string, relative: string): URL {
  if (!fileURLToPath(from).endsWith('.ts')) return new URL(relative, from);
  const root = new URL('../../', import.meta.url);
  const inSource = new URL(relative, from).href.slice(root.href.length);
  return new URL(`dist/${inSource}`, root);
}
