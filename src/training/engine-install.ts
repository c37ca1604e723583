/** Moved: the engine serves calls too. */
export { installTensorflow, type InstallOptions } from '../inference/engine-install/tensorflow.js';
