// Registers the gradients of the core operations: the core's own entry for Node leaves them out.
import '@tensorflow/tfjs-layers';

export { startTensorflowBackend } from '../inference/tensorflow-backend.js';
