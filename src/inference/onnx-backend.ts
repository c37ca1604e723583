import { EmostreamError, toEmostreamError } from '../common/errors.js';
import { hasOnnxRuntime, onnxRuntimeInUse } from '../common/onnx/install.js';
import { loadOnnxRuntime } from '../common/onnx/runtime.js';
import { OnnxEngine } from './onnx/onnx-engine.js';
import { startProvider, type OnnxProviderChoice } from './onnx/providers.js';

/**
 * The network on ONNX Runtime.
 * @param choice what computes
 * @throws EmostreamError ENGINE_UNAVAILABLE when it is not installed, does not load, or cannot compute by what was chosen
 */
export async function createOnnxEngine(
  choice: OnnxProviderChoice = 'auto',
  folder = onnxRuntimeInUse(),
): Promise<OnnxEngine> {
  if (!hasOnnxRuntime(folder)) {
    const message = 'The onnx engine is not installed: run `npx emostream engine install onnx`.';
    throw new EmostreamError('ENGINE_UNAVAILABLE', message);
  }
  const runtime = loadOnnxRuntime(folder);
  try {
    return new OnnxEngine(runtime, await startProvider(runtime, choice, folder));
  } catch (cause) {
    const message = `ONNX Runtime in ${folder} does not compute by ${choice}: ${toEmostreamError(cause).message}`;
    throw new EmostreamError('ENGINE_UNAVAILABLE', message, { cause });
  }
}
