import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { EmostreamError } from '../../common/errors.js';
import { download } from '../../common/install/download.js';
import { runTool } from '../../common/install/tools.js';
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

export interface LibraryOptions {
  gpu: boolean;
  env: NodeJS.ProcessEnv;
  log: (line: string) => void;
}

/** Where the library comes from, in the order of trying. Each answers the library or throws why it cannot. */
export const librarySources: Record<
  LibrarySource,
  (work: string, options: LibraryOptions) => Promise<TensorflowLibrary>
> = {
  download: fetchDownload,
  // Async: what it throws must come by the promise, as from the others.
  folder: async (work, { env }) => fromFolder(work, env['TENSORFLOW_DIR']),
  wheel: fetchWheel,
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

const UNPACK = `
import sys, zipfile
wanted = ('tensorflow/libtensorflow_cc.', 'tensorflow/libtensorflow_framework.', 'tensorflow/include/tensorflow/c/',
          'tensorflow/include/tensorflow/core/platform/ctstring', 'tensorflow/include/tensorflow/tsl/platform/ctstring',
          'tensorflow/include/tsl/')
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in wheel.namelist():
        if name.startswith(wanted):
            wheel.extract(name, sys.argv[2])
`;

async function fetchWheel(work: string, { gpu, log }: LibraryOptions): Promise<TensorflowLibrary> {
  const wheels = join(work, 'wheel');
  const { requirement, sha256, megabytes } = WHEELS[gpu ? 'gpu' : 'cpu'];
  log(`Fetching Python's ${requirement} (about ${megabytes} MB) …`);
  await mkdir(wheels, { recursive: true });
  // pip takes hashes from a file only.
  const wanted = join(work, 'wheel.txt');
  await writeFile(wanted, `${requirement} --hash=sha256:${sha256}\n`);
  // The wheel's Python version does not matter: only its shared libraries and headers are used.
  const target = ['--python-version', '3.11', '--platform', 'manylinux_2_17_x86_64'];
  const options = [
    '-q',
    '--disable-pip-version-check',
    '--retries',
    '2',
    '--no-deps',
    '--only-binary=:all:',
    ...target,
  ];
  await runTool('python3', ['-m', 'pip', 'download', ...options, '-d', wheels, '--require-hashes', '-r', wanted], work);
  await rm(wanted);
  const [wheel] = await readdir(wheels);
  await runTool('python3', ['-c', UNPACK, join(wheels, wheel!), work], work);
  await rm(wheels, { recursive: true });
  return findLibrary(join(work, 'tensorflow'), work);
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
