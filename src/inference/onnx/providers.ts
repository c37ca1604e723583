import { firstLine } from '../../common/errors.js';
import { OnnxGraph } from '../../common/onnx/onnx-graph.js';
import type { OnnxRuntime } from '../../common/onnx/runtime.js';
import { onnxRuntimeFolder } from '../../common/onnx/install.js';
import { loadCudaOf } from '../engine-install/onnx-cuda.js';
import { hasNvidiaDriver, nvidiaName } from '../nvidia.js';
import { PROCESSOR, type EngineDevice } from '../types.js';

/** What of ONNX Runtime computes (https://onnxruntime.ai/docs/execution-providers). */
export const ONNX_PROVIDERS = ['cuda', 'webgpu', 'cpu'] as const;
export type OnnxProvider = (typeof ONNX_PROVIDERS)[number];
/** `auto`: CUDA where the library and the machine have it, else the processor. */
export type OnnxProviderChoice = 'auto' | OnnxProvider;

export interface StartedProvider {
  provider: OnnxProvider;
  device: EngineDevice;
}

/**
 * Chooses a provider and sees that it computes.
 * @param folder where ONNX Runtime is installed
 * @throws what the runtime throws where the one that is named does not start
 */
export async function startProvider(
  runtime: OnnxRuntime,
  choice: OnnxProviderChoice,
  folder = onnxRuntimeFolder(),
): Promise<StartedProvider> {
  if (choice !== 'auto') {
    if (choice === 'cuda') loadCudaOf(folder);
    await probe(runtime, choice);
    return { provider: choice, device: deviceOf(choice) };
  }
  const hasCuda = runtime.listSupportedBackends().some(({ name }) => name === 'cuda');
  if (!hasCuda || !hasNvidiaDriver()) return { provider: 'cpu', device: PROCESSOR };
  try {
    loadCudaOf(folder);
    await probe(runtime, 'cuda');
    return { provider: 'cuda', device: deviceOf('cuda') };
  } catch (error) {
    const why = `There is an NVIDIA GPU, but ONNX Runtime’s CUDA provider does not start (${firstLine(error)}): \`npx emostream engine install onnx-cuda\` brings it.`;
    return { provider: 'cpu', device: { ...PROCESSOR, why } };
  }
}

function deviceOf(provider: OnnxProvider): EngineDevice {
  if (provider === 'cpu') return PROCESSOR;
  return { kind: 'gpu', name: `${provider === 'cuda' ? nvidiaName() : 'GPU'} (${provider})` };
}

/** Runs the smallest network with a convolution, for which a provider needs all of its libraries. */
async function probe(runtime: OnnxRuntime, provider: OnnxProvider): Promise<void> {
  const shape = [1, 1, 1, 1];
  const graph = new OnnxGraph();
  graph.input('x', shape, 'float32');
  graph.node('Conv', ['x', graph.constant(shape, [2], 'float32')], {}, 'y');
  graph.output('y', shape);
  const session = await runtime.InferenceSession.create(graph.finish(), { executionProviders: [provider] });
  try {
    const { y } = await session.run({ x: new runtime.Tensor('float32', Float32Array.of(21), shape) });
    if (y?.data[0] !== 42) throw new Error('it computes wrong');
  } finally {
    await session.release();
  }
}
