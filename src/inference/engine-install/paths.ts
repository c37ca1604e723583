import { join } from 'node:path';
import { userCache } from '../../common/install/user-cache.js';
import { onnxRuntimeFolder } from '../../common/onnx/install.js';

/** Engines that are optional: installed on request, outside the project. */
export const INSTALLABLE = ['tensorflow', 'tensorflow-gpu', 'webgpu', 'onnx'] as const;
export type InstallableEngine = (typeof INSTALLABLE)[number];

/** The wheel whose library is used: the newest with which the addon was tried. Its C API is what the addon was written for. */
export const TENSORFLOW_VERSION = '2.15.1';
/** Dawn for Node. */
export const DAWN_VERSION = '0.6.2';

const VERSIONS: Record<Exclude<InstallableEngine, 'onnx'>, string> = {
  tensorflow: TENSORFLOW_VERSION,
  'tensorflow-gpu': TENSORFLOW_VERSION,
  webgpu: DAWN_VERSION,
};

/** Where an installed engine lies, outside the project, in the user's cache: in `engines`, but ONNX Runtime also serves other ends. */
export function engineFolder(engine: InstallableEngine = 'tensorflow', cache = userCache()): string {
  if (engine === 'onnx') return onnxRuntimeFolder(cache);
  return join(cache, 'engines', `${engine}-${VERSIONS[engine]}`);
}

/** The addon inside the folder of a TensorFlow engine. */
export const addonFile = (folder: string): string => join(folder, 'lib', 'tfjs_binding.node');

/** The entries of the two packages inside the folder of the WebGPU engine. */
export const webgpuFiles = (folder: string): { dawn: string; backend: string } => ({
  dawn: join(folder, 'node_modules', 'webgpu', 'index.js'),
  backend: join(folder, 'node_modules', '@tensorflow', 'tfjs-backend-webgpu', 'dist', 'tf-backend-webgpu.node.js'),
});
