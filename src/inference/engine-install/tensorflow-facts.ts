/** What tensorflow-gpu takes besides. */
export const GPU_NEEDS =
  'It takes an NVIDIA GPU with its driver, 525 or newer; CUDA 12.2 and cuDNN 8.9 are brought where the machine lacks them.';

/**
 * Before CUDA's libraries are loaded: on GPUs since 2020 they would round what they multiply to 10 bits (TF32), and every engine is
 * to give the same numbers. The variable is NVIDIA's, for all of its libraries.
 */
export function keepFloat32(): void {
  process.env['NVIDIA_TF32_OVERRIDE'] ??= '0';
}

/** Before TensorFlow is loaded: its log would tell the processor's features at every start, and of a GPU's plugins registered twice. */
export function quietenTensorflow(): void {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '3';
}
