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

/** Whether the machine has all of it of its own. */
export const machineHas = (wheels: readonly CudaWheel[], env: NodeJS.ProcessEnv): boolean =>
  wheels.every(({ libraries }) => libraries.every((library) => loaderFinds(library, env)));

/**
 * Brings libraries of CUDA into a folder, and loads each once.
 * @param wheels in the order in which they need each other
 * @throws EmostreamError INSTALL_FAILED when one cannot be had or does not load
 */
export async function fetchCudaLibraries(
  work: string,
  wheels: readonly CudaWheel[],
  options: FetchOptions,
): Promise<void> {
  for (const wheel of wheels) {
    const inWheel = `nvidia/${wheel.part}/lib/`;
    const names = [...wheel.libraries, ...(wheel.further ?? [])];
    const wanted = new Set(names.map((name) => inWheel + name));
    const place = (name: string): string | null => {
      if (wanted.has(name)) return join(folderOf(wheel), basename(name));
      return /\.dist-info\/(licenses\/)?License\.txt$/u.test(name) ? join('nvidia', wheel.part, 'License.txt') : null;
    };
    requireAll(wheel.name, inWheel, names, await fetchWheel(wheel, work, place, options));
  }
  await runTool(process.execPath, ['--input-type=module', '-e', LOAD, ...libraryFiles(work, wheels)], work);
}

/** Where they lie then, as far as they are loaded by name. */
export const libraryFiles = (folder: string, wheels: readonly CudaWheel[]): string[] =>
  wheels.flatMap((wheel) => wheel.libraries.map((library) => join(folder, folderOf(wheel), library)));

/** In a process of its own: a library that cannot be loaded may end it. */
const LOAD = `
import { keepLoaded } from ${JSON.stringify(new URL('../../common/install/shared-library.js', import.meta.url).href)};
try { process.argv.slice(1).forEach(keepLoaded); } catch (error) {
  console.error('error: ' + error.message);
  process.exit(1);
}`;
