import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageBeside } from '../../common/install/beside.js';
import { userCache } from '../../common/install/user-cache.js';
import { onnxRuntimeFolder } from '../../common/onnx/install.js';

/** Engines that are optional: installed on request, outside the project. */
export const INSTALLABLE = ['tensorflow', 'tensorflow-gpu', 'webgpu', 'onnx'] as const;
export type InstallableEngine = (typeof INSTALLABLE)[number];

/** The wheel whose library is used: the newest with which the addon was tried. Its C API is what the addon was written for. */
export const TENSORFLOW_VERSION = '2.15.1';
/** Of TensorFlow.js' packages. */
export const TFJS_VERSION = '4.22.0';
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

/** What is loaded of a TensorFlow engine. */
export interface TensorflowFiles {
  /** The kernels in JavaScript. */
  kernels: string;
  addon: string;
}

/** What `engine install` put into a folder. */
export const tensorflowFiles = (folder: string): TensorflowFiles => ({
  kernels: join(folder, 'node_modules', '@tensorflow', 'tfjs-node', 'dist'),
  addon: addonFile(folder),
});

/** Of the N-API that the package was built for; its install script makes it. */
const BESIDE_ADDON = join('lib', 'napi-v8', 'tfjs_binding.node');

/** Of a package that was installed beside the product and has its addon; null where there is none. */
export function tensorflowBeside(engine: 'tensorflow' | 'tensorflow-gpu', from?: string | URL): TensorflowFiles | null {
  const name = engine === 'tensorflow' ? '@tensorflow/tfjs-node' : '@tensorflow/tfjs-node-gpu';
  const folder = packageBeside(name, TFJS_VERSION, from);
  const addon = folder && join(folder, BESIDE_ADDON);
  return addon && existsSync(addon) ? { kernels: join(folder, 'dist'), addon } : null;
}

/** The entries of the two packages of the WebGPU engine. */
export interface WebgpuFiles {
  dawn: string;
  backend: string;
}

const webgpuEntries = (dawn: string, backend: string): WebgpuFiles => ({
  dawn: join(dawn, 'index.js'),
  backend: join(backend, 'dist', 'tf-backend-webgpu.node.js'),
});

/** What `engine install` put into a folder. */
export const webgpuFiles = (folder: string): WebgpuFiles =>
  webgpuEntries(
    join(folder, 'node_modules', 'webgpu'),
    join(folder, 'node_modules', '@tensorflow', 'tfjs-backend-webgpu'),
  );

/** Of packages that were both installed beside the product; null where they are not. */
export function webgpuBeside(from?: string | URL): WebgpuFiles | null {
  const dawn = packageBeside('webgpu', DAWN_VERSION, from);
  const backend = packageBeside('@tensorflow/tfjs-backend-webgpu', TFJS_VERSION, from);
  return dawn && backend ? webgpuEntries(dawn, backend) : null;
}
