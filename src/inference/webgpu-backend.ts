import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { EmostreamError, firstLine } from '../common/errors.js';
import { engineFolder, webgpuBeside, webgpuFiles } from './engine-install/paths.js';
import { shareCore } from './engine-install/shared-core.js';
import { TfjsEngine } from './tfjs-engine.js';
import type { EngineDevice } from './types.js';

/** What is used of WebGPU itself; TensorFlow.js uses the rest. */
interface GpuDeviceDescriptor {
  requiredFeatures?: (string | string[])[];
}
/** https://www.w3.org/TR/webgpu/#device-loss */
interface GpuDevice {
  lost?: Promise<{ reason: string; message: string }>;
}
interface GpuAdapter {
  info?: GpuAdapterInfo;
  requestDevice(descriptor?: GpuDeviceDescriptor): Promise<GpuDevice>;
}
/** https://www.w3.org/TR/webgpu/#gpuadapterinfo */
export interface GpuAdapterInfo {
  vendor?: string;
  architecture?: string;
  device?: string;
  description?: string;
  isFallbackAdapter?: boolean;
}
interface Gpu {
  requestAdapter(options?: object): Promise<GpuAdapter | null>;
}
interface Dawn {
  create(flags: string[]): Gpu;
  globals: Record<string, unknown>;
}

/**
 * The network on any GPU through WebGPU (Dawn).
 * @throws EmostreamError ENGINE_UNAVAILABLE when it is not installed, does not load, or finds no GPU
 */
export async function createWebgpuEngine(folder = engineFolder('webgpu')): Promise<WebgpuEngine> {
  const { dawn: dawnFile, backend } = webgpuBeside() ?? webgpuFiles(folder);
  if (!existsSync(dawnFile) || !existsSync(backend)) {
    throw unavailable('It is not installed: run `npx emostream engine install webgpu`.');
  }
  const dawn = await importDawn(dawnFile, folder);
  const gpu = dawn.create(dawnFlags());
  // Asked here first: the TensorFlow.js backend does not expect that there is none.
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw unavailable(`Dawn finds no GPU. ${NO_ADAPTER_ADVICE}`);
  Object.assign(globalThis, dawn.globals);
  setGpu(flattening(gpu));
  try {
    shareCore();
    // Registers the backend, if navigator.gpu is there by now.
    createRequire(import.meta.url)(backend);
    if (!(await tf.setBackend('webgpu'))) throw new Error('setBackend refused');
    await tf.ready();
  } catch (cause) {
    setGpu(undefined);
    throw unavailable(`The backend of TensorFlow.js in ${folder} does not start (${firstLine(cause)}).`, cause);
  }
  return new WebgpuEngine('webgpu', deviceOf(adapter.info ?? {}));
}

/** Software that Vulkan lists among GPUs: SwiftShader, and Mesa's lavapipe, whose device is called llvmpipe. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe/iu;

/** What an adapter tells of itself. */
export function deviceOf(info: GpuAdapterInfo): EngineDevice {
  const { vendor, architecture, device, description, isFallbackAdapter } = info;
  const told = [vendor, architecture, device, description].filter(Boolean);
  const software = isFallbackAdapter === true || told.some((word) => SOFTWARE.test(word!));
  return { kind: software ? 'software-gpu' : 'gpu', name: description || told.join(' ') || 'GPU' };
}

/** Lets go of the GPU at its end: while Dawn's object is referenced it keeps the process alive. */
class WebgpuEngine extends TfjsEngine {
  override async dispose(): Promise<void> {
    await super.dispose();
    tf.removeBackend('webgpu');
    setGpu(undefined);
  }
}

export const NO_ADAPTER_ADVICE =
  'Install the driver of the GPU with its Vulkan part (`vulkaninfo --summary` must list it), or take another engine.';

async function importDawn(file: string, folder: string): Promise<Dawn> {
  try {
    return (await import(pathToFileURL(file).href)) as Dawn;
  } catch (cause) {
    const message = `Dawn in ${folder} does not load (${firstLine(cause)}): remove that folder and install it again.`;
    throw unavailable(message, cause);
  }
}

/** On Linux Dawn would otherwise try OpenGL too, on which the backend's shaders fail. */
function dawnFlags(): string[] {
  return process.platform === 'linux' ? ['backend=vulkan'] : [];
}

/** TensorFlow.js 4.22 puts a list into the list of features that it requires, which Dawn refuses. */
function flattening(gpu: Gpu): Gpu {
  return {
    async requestAdapter(options) {
      const adapter = await gpu.requestAdapter(options);
      if (!adapter) return null;
      const requestDevice = adapter.requestDevice.bind(adapter);
      adapter.requestDevice = async (descriptor) => {
        const device = await requestDevice({
          ...descriptor,
          requiredFeatures: descriptor?.requiredFeatures?.flat() ?? [],
        });
        device.lost?.then(
          ({ reason, message }) => endIfLost(reason, message),
          () => undefined,
        );
        return device;
      };
      return adapter;
    },
  };
}

/** On a device that is gone every answer would be zeros: the thread ends, and whoever keeps it says why. */
export function endIfLost(reason: string, message: string, end = endThread): void {
  if (reason !== 'destroyed') end(new EmostreamError('ENGINE_UNAVAILABLE', `the GPU was lost (${message || reason})`));
}

function endThread(error: EmostreamError): void {
  // Out of the promise, in which it would be a rejection.
  setImmediate(() => {
    throw error;
  });
}

function setGpu(gpu: Gpu | undefined): void {
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
}

function unavailable(message: string, cause?: unknown): EmostreamError {
  return new EmostreamError('ENGINE_UNAVAILABLE', `The webgpu engine cannot run here. ${message}`, { cause });
}
