// Registers the gradients of the core operations: the core's own entry for Node leaves them out.
import '@tensorflow/tfjs-layers';
import { startTensorflowBackend as start } from '../inference/tensorflow-backend.js';
import { useNativeReluGradient } from './native-gradients.js';

/** The engine that training runs on, with its own kernels where TensorFlow.js composes slower ones. */
export async function startTensorflowBackend(...where: Parameters<typeof start>): Promise<void> {
  await start(...where);
  useNativeReluGradient();
}
