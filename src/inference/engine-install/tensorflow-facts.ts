/** What tensorflow-gpu takes: the libraries that TensorFlow's build of that version was linked with. */
export const GPU_NEEDS =
  'It takes an NVIDIA GPU with its driver, and CUDA 12.2 and cuDNN 8.9 where the loader finds them (LD_LIBRARY_PATH). ' +
  'This engine was not yet tried on a GPU.';

/** Before TensorFlow is loaded: its log would tell the processor's features at every start. */
export function quietenTensorflow(): void {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
}
