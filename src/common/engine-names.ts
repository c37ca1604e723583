/**
 * What the network runs on, the best first where it runs. `onnx` is before `webgpu`, also on the processor: on an H100 TensorFlow.js took
 * 96 ms for one window by WebGPU, and 228 ms (95th percentile) with 100 people.
 */
export const ENGINE_NAMES = ['tensorflow-gpu', 'onnx', 'webgpu', 'tensorflow', 'wasm'] as const;
/** The network on servers of the Open Inference Protocol, NVIDIA Triton among them: by name only, never by `auto`. */
export const REMOTE_ENGINE = 'triton';
/** All that can be named, in the order in which one is better than another. */
export const ALL_ENGINES = [REMOTE_ENGINE, ...ENGINE_NAMES] as const;
export type EngineName = (typeof ALL_ENGINES)[number];
export type LocalEngineName = (typeof ENGINE_NAMES)[number];

/** What another engine is started for where the one that was named is not to be had. */
export const FALLBACKS = ['none', 'auto', ...ENGINE_NAMES] as const;
export type EngineFallback = (typeof FALLBACKS)[number];

/**
 * Why a better engine is not the one in use. `missing`: it, or what it needs, is not here. `software-gpu`: there is no GPU but the
 * processor in the guise of one. `failed`: it did not start. `lost`: it did, and is gone.
 */
export const PASSED_OVER = ['missing', 'software-gpu', 'failed', 'lost'] as const;
export type PassedOverWhy = (typeof PASSED_OVER)[number];

/** What an engine computes on. `remote`: on other machines, or in other processes, whatever those have. */
export const DEVICE_KINDS = ['cpu', 'gpu', 'software-gpu', 'remote'] as const;

/**
 * What came of a request to an inference server. `unavailable`: no connection, or it said that it cannot at the moment. `refused`: it
 * answered another error. `missing`: it does not have the model. `broken`: its answer cannot be read, or is none to what was asked.
 */
export const INFERENCE_REQUEST_OUTCOMES = [
  'ok',
  'timeout',
  'unavailable',
  'refused',
  'unauthorised',
  'missing',
  'broken',
] as const;
export type InferenceRequestOutcome = (typeof INFERENCE_REQUEST_OUTCOMES)[number];
