import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * Optional engines lie outside the project, yet must register their kernels with the TensorFlow.js core that the project
 * uses. Small stand-ins for the core and the umbrella package, installed beside them, answer the core that is left under
 * this global.
 */
const SHARED_CORE = 'emostream.tfjs-core';

/** Puts the stand-ins into an engine's folder. */
export async function writeStandIns(folder: string): Promise<void> {
  for (const name of ['@tensorflow/tfjs', '@tensorflow/tfjs-core']) {
    const place = join(folder, 'node_modules', name);
    await mkdir(place, { recursive: true });
    await writeFile(join(place, 'package.json'), JSON.stringify({ name, main: 'index.js' }));
    await writeFile(join(place, 'index.js'), `module.exports = globalThis[Symbol.for('${SHARED_CORE}')];\n`);
  }
}

/** Before an engine's packages are loaded: leaves this thread's core where the stand-ins look for it. */
export function shareCore(): void {
  const require = createRequire(import.meta.url);
  (globalThis as Record<symbol, unknown>)[Symbol.for(SHARED_CORE)] = require('@tensorflow/tfjs-core');
}
