import { existsSync } from 'node:fs';
import { readdir, rm, symlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { EmostreamError, firstLine } from '../../common/errors.js';
import { makeInPlace } from '../../common/install/in-place.js';
import { keepLoaded, loaderFinds } from '../../common/install/shared-library.js';
import { among, fetchWheel, requireAll } from '../../common/install/wheel.js';
import { installOnnxRuntime, onnxRuntimeFolder } from '../../common/onnx/install.js';
import { DRIVER_LIBRARY, fetchCudaLibraries, libraryFiles, machineHas } from './cuda-libraries.js';
import { CUDA_13_WHEELS, ONNX_CUDA_WHEEL } from './pinned-cuda.js';

/** What the provider is made of. It is looked for beside ONNX Runtime's own library. */
const PROVIDER = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'] as const;
const IN_WHEEL = 'onnxruntime/capi/';

const cudaFolder = (folder: string): string => join(folder, 'cuda');

export interface OnnxCudaInstallOptions {
  /** ONNX Runtime's. */
  folder?: string;
  env?: NodeJS.ProcessEnv;
  /** Told each step. */
  log: (line: string) => void;
}

/**
 * Brings the CUDA provider into ONNX Runtime's folder, and CUDA 13 and cuDNN 9 where the machine lacks them. Idempotent.
 * @throws EmostreamError INSTALL_FAILED when something cannot be had or does not load
 */
export async function installOnnxCuda(options: OnnxCudaInstallOptions): Promise<void> {
  const { folder = onnxRuntimeFolder(), env = process.env, log } = options;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new EmostreamError(
      'INSTALL_FAILED',
      'ONNX Runtime’s CUDA provider can be installed on 64-bit x86 Linux only.',
    );
  }
  await installOnnxRuntime({ folder, log });
  const into = cudaFolder(folder);
  await makeInPlace(into, join(into, PROVIDER[1]), async (work) => {
    requireAll(
      ONNX_CUDA_WHEEL.name,
      IN_WHEEL,
      PROVIDER,
      await fetchWheel(ONNX_CUDA_WHEEL, work, among(IN_WHEEL, PROVIDER), { env, log }),
    );
    if (machineHas(CUDA_13_WHEELS, env)) {
      log('CUDA 13 and cuDNN 9 are here already: those are used.');
      return;
    }
    log('This machine does not have all of CUDA 13 and cuDNN 9: bringing them, 0.9 GB (NVIDIA’s licence) …');
    await fetchCudaLibraries(work, CUDA_13_WHEELS, { env, log });
  });
  await linkProvider(folder);
  log(`ONNX Runtime’s CUDA provider is in ${into}. It takes an NVIDIA GPU and its driver, 580 or newer.`);
}

async function linkProvider(folder: string): Promise<void> {
  const bin = join(folder, 'node_modules', 'onnxruntime-node', 'bin');
  for (const api of await readdir(bin)) {
    const beside = join(bin, api, 'linux', 'x64');
    if (!existsSync(beside)) continue;
    for (const name of PROVIDER) {
      await rm(join(beside, name), { force: true });
      await symlink(relative(beside, join(cudaFolder(folder), name)), join(beside, name));
    }
  }
}

/**
 * Before the provider is loaded: its libraries of CUDA, where they were brought, for the loader does not look there.
 * @throws EmostreamError ENGINE_UNAVAILABLE: what is missing, and what to do
 */
export function loadCudaOf(folder: string): void {
  if (process.platform === 'linux' && !loaderFinds(DRIVER_LIBRARY)) {
    throw unavailable(`The driver’s ${DRIVER_LIBRARY} is missing: install the NVIDIA driver, 580 or newer.`);
  }
  try {
    for (const file of libraryFiles(cudaFolder(folder), CUDA_13_WHEELS)) if (existsSync(file)) keepLoaded(file);
  } catch (cause) {
    throw unavailable(
      `CUDA does not load (${firstLine(cause)}): remove ${cudaFolder(folder)} and install it again.`,
      cause,
    );
  }
}

const unavailable = (message: string, cause?: unknown): EmostreamError =>
  new EmostreamError('ENGINE_UNAVAILABLE', message, { cause });
