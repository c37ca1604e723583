import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { loaderFinds } from '../../common/install/shared-library.js';
import { runTool } from '../../common/install/tools.js';
import { fetchWheel, requireAll, type FetchOptions } from '../../common/install/wheel.js';
import { CUDA_WHEELS, type CudaWheel } from './pinned-cuda.js';

/** The driver's library. It belongs to the driver, and no wheel has it. */
export const DRIVER_LIBRARY = 'libcuda.so.1';

/** Where TensorFlow's wheel looks for CUDA by itself (its RUNPATH): `nvidia` beside its own folder. */
const folderOf = ({ part }: CudaWheel): string => join('nvidia', part, 'lib');

/** Without these TensorFlow registers no GPU; their wheels need each other and nothing else. */
const NEEDED = CUDA_WHEELS.flatMap((wheel) => wheel.libraries.map((library) => ({ library, wheel })));

/**
 * What TensorFlow will not find.
 * @param folder the engine's
 */
export function missingCudaLibraries(folder: string, env: NodeJS.ProcessEnv = process.env): string[] {
  return NEEDED.filter(
    ({ library, wheel }) => !existsSync(join(folder, folderOf(wheel), library)) && !loaderFinds(library, env),
  ).map(({ library }) => library);
}

/** Whether the machine has CUDA and cuDNN of its own, all of it. */
export const machineHasCuda = (env: NodeJS.ProcessEnv): boolean =>
  NEEDED.every(({ library }) => loaderFinds(library, env));

/**
 * Brings CUDA 12.2 and cuDNN 8.9 into an engine's folder, from the wheels that TensorFlow names, and loads each once.
 * @throws EmostreamError INSTALL_FAILED when one cannot be had or does not load
 */
export async function fetchCudaLibraries(work: string, options: FetchOptions): Promise<void> {
  for (const wheel of CUDA_WHEELS) {
    const inWheel = `nvidia/${wheel.part}/lib/`;
    const wanted = new Set([...wheel.libraries, ...(wheel.further ?? [])].map((name) => inWheel + name));
    const taken = await fetchWheel(
      wheel,
      work,
      (name) => {
        if (wanted.has(name)) return join(folderOf(wheel), basename(name));
        return /\.dist-info\/(licenses\/)?License\.txt$/u.test(name) ? join('nvidia', wheel.part, 'License.txt') : null;
      },
      options,
    );
    requireAll(wheel.name, inWheel, [...wheel.libraries, ...(wheel.further ?? [])], taken);
  }
  for (const wheel of CUDA_WHEELS) {
    const files = wheel.libraries.map((library) => join(work, folderOf(wheel), library));
    await runTool(process.execPath, ['-e', LOAD, ...files], work);
  }
}

/** Node loads addons only: what is none is loaded, and then found to be none. Any other complaint is the loader's. */
const LOAD = `
for (const file of process.argv.slice(1)) {
  try { process.dlopen({ exports: {} }, file); } catch (error) {
    if (!/did not self-register/.test(error.message)) { console.error('error: ' + error.message); process.exit(1); }
  }
}`;
