/** What tensorflow-gpu takes besides. */
export const GPU_NEEDS =
  'It takes an NVIDIA GPU with its driver, 525 or newer; CUDA 12.2 and cuDNN 8.9 are brought where the machine lacks them.';

/** Before TensorFlow is loaded: its log would tell the processor's features at every start, and of a GPU's plugins registered twice. */
export function quietenTensorflow(): void {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '3';
}
