import { existsSync } from 'node:fs';
import { listEngines } from '../../src/inference/available-engines.js';
import type { Subject } from './subjects.js';

/** A GPU's device files on Linux; elsewhere there is always some GPU. */
const GPU_DEVICES = ['/dev/dri', '/dev/nvidiactl', '/dev/dxg'];

/** Why a subject cannot be timed here, as far as that shows without starting it; null when nothing stands in the way. */
export function obstacle(subject: Subject): string | null {
  if (subject.kind === 'peer' && subject.backend === 'wasm') return null;
  const engine = subject.kind === 'peer' ? 'tensorflow' : subject.engine;
  const gpu = engine === 'webgpu' || engine === 'tensorflow-gpu';
  // A GPU in software says nothing about GPUs, and takes seconds for a window.
  if (gpu && process.platform === 'linux' && !GPU_DEVICES.some((path) => existsSync(path))) {
    return 'no GPU was at hand';
  }
  const status = listEngines().find(({ name }) => name === engine);
  return status?.available ? null : `${status?.reason ?? ''} ${status?.advice ?? ''}`.trim();
}
