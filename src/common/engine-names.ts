/**
 * What the network runs on, the best first where it runs. `onnx` is before `webgpu`, also on the processor: on an H100 TensorFlow.js took
 * 96 ms for one window by WebGPU, and 228 ms (95th percentile) with 100 people.
 */
export const ENGINE_NAMES = ['tensorflow-gpu', 'onnx', 'webgpu', 'tensorflow', 'wasm'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/**
 * Why a better engine is not the one in use. `missing`: it, or what it needs, is not here. `software-gpu`: there is no GPU but the
 * processor in the guise of one. `failed`: it did not start. `lost`: it did, and is gone.
 */
export const PASSED_OVER = ['missing', 'software-gpu', 'failed', 'lost'] as const;
export type PassedOverWhy = (typeof PASSED_OVER)[number];

/** What an engine computes on. */
export const DEVICE_KINDS = ['cpu', 'gpu', 'software-gpu'] as const;
