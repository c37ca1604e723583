import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { EmostreamError } from '../../common/errors.js';
import { download } from '../../common/install/download.js';
import { runTool } from '../../common/install/tools.js';
import { fetchWheel, type FetchOptions } from '../../common/install/wheel.js';
import { fetchCudaLibraries, machineHas } from './cuda-libraries.js';
import { CUDA_WHEELS } from './pinned-cuda.js';
import { WHEELS } from './pinned.js';

/** TensorFlow's C library and its headers, as the compiler wants them. */
export interface TensorflowLibrary {
  folder: string;
  /** File names to link with. */
  names: string[];
  include: string;
  /** Where the addon, in `lib/` of the engine's folder, finds the library. */
  rpath: string;
}

export const LIBRARY_SOURCES = ['download', 'folder', 'wheel'] as const;
export type LibrarySource = (typeof LIBRARY_SOURCES)[number];

export interface LibraryOptions extends FetchOptions {
  gpu: boolean;
}

/** In the order of trying; for a GPU not the download, which is of CUDA 11.2 and cuDNN 8.1: only where it is named. */
export const sourcesFor = (gpu: boolean): readonly LibrarySource[] => (gpu ? ['folder', 'wheel'] : LIBRARY_SOURCES);

/** Where the library comes from. Each answers the library or throws why it cannot. */
export const librarySources: Record<
  LibrarySource,
  (work: string, options: LibraryOptions) => Promise<TensorflowLibrary>
> = {
  download: fetchDownload,
  // Async: what it throws must come by the promise, as from the others.
  folder: async (work, { env }) => fromFolder(work, env['TENSORFLOW_DIR']),
  wheel: takeWheel,
};

/** The library of which tfjs-node itself downloads a build; the variables are those of its install script. */
const DOWNLOAD_VERSION = '2.9.1';

async function fetchDownload(work: string, { gpu, env, log }: LibraryOptions): Promise<TensorflowLibrary> {
  const host = env['TFJS_NODE_CDN_STORAGE'] ?? 'https://storage.googleapis.com/';
  const base = env['TFJS_NODE_BASE_URI'] ?? `${host}tensorflow/libtensorflow/libtensorflow-`;
  const url = `${base}${gpu ? 'gpu' : 'cpu'}-linux-x86_64-${DOWNLOAD_VERSION}.tar.gz`;
  log(`Fetching ${url} …`);
  const archive = join(work, 'libtensorflow.tar.gz');
  const into = join(work, 'tensorflow');
  await download(url, archive);
  await mkdir(into, { recursive: true });
  await runTool('tar', ['xzf', archive, '-C', into], work);
  await rm(archive);
  return findLibrary(into, work);
}

function fromFolder(work: string, folder: string | undefined): TensorflowLibrary {
  if (!folder) throw unavailable('TENSORFLOW_DIR is not set.');
  if (!existsSync(folder)) throw unavailable(`TENSORFLOW_DIR names ${resolve(folder)}, which does not exist.`);
  return findLibrary(resolve(folder), work);
}

/** Of the wheel: the libraries, and of its 20,000 headers those that the addon includes. */
const WANTED = [
  'tensorflow/libtensorflow_cc.',
  'tensorflow/libtensorflow_framework.',
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tensorflow/core/platform/ctstring',
  'tensorflow/include/tensorflow/tsl/platform/ctstring',
  'tensorflow/include/tsl/',
];

async function takeWheel(work: string, { gpu, ...options }: LibraryOptions): Promise<TensorflowLibrary> {
  await fetchWheel(
    WHEELS[gpu ? 'gpu' : 'cpu'],
    work,
    (name) => (WANTED.some((start) => name.startsWith(start)) ? name : null),
    options,
  );
  if (gpu) await bringCuda(work, options);
  return findLibrary(join(work, 'tensorflow'), work);
}

async function bringCuda(work: string, options: FetchOptions): Promise<void> {
  if (machineHas(CUDA_WHEELS, options.env)) {
    options.log('CUDA 12 and cuDNN 8 are here already: those are used.');
    return;
  }
  options.log('This machine does not have all of CUDA 12 and cuDNN 8: bringing them, 1.6 GB (NVIDIA’s licence) …');
  await fetchCudaLibraries(work, CUDA_WHEELS, options);
}

const FRAMEWORK = 'libtensorflow_framework.so.2';

/**
 * Takes the layout of TensorFlow's C archive (`lib/`, `include/`), that of its Python package (libraries at the top), and that
 * of an unpacked wheel (the package within).
 * @param work the engine's folder while it is made: a library within it moves with it
 * @throws EmostreamError ENGINE_UNAVAILABLE when the folder holds no TensorFlow 2
 */
export function findLibrary(folder: string, work: string): TensorflowLibrary {
  for (const [place, include] of [
    [join(folder, 'lib'), join(folder, 'include')],
    [folder, join(folder, 'include')],
    [join(folder, 'tensorflow'), join(folder, 'tensorflow', 'include')],
  ] as const) {
    // Since 2.10 Python's package has the C API in the C++ library.
    const main = ['libtensorflow.so.2', 'libtensorflow_cc.so.2'].find((name) => existsSync(join(place, name)));
    if (!main || !existsSync(join(place, FRAMEWORK))) continue;
    if (!existsSync(join(include, 'tensorflow', 'c', 'c_api.h'))) {
      throw unavailable(`${include} holds no tensorflow/c/c_api.h.`);
    }
    const inside = relative(work, place);
    const rpath = inside.startsWith('..') ? place : `$ORIGIN/../${inside}`;
    return { folder: place, names: [main, FRAMEWORK], include, rpath };
  }
  throw unavailable(`${folder} holds no libtensorflow.so.2 or libtensorflow_cc.so.2 with ${FRAMEWORK}.`);
}

function unavailable(message: string, cause?: unknown): EmostreamError {
  return new EmostreamError('ENGINE_UNAVAILABLE', message, { cause });
}
