import { isMainThread } from 'node:worker_threads';
import { EmostreamError } from '../errors.js';

/**
 * From 1.29 on ONNX Runtime's official builds for Linux and macOS, too, write an identifier into the user's cache and send events of
 * their use to their maker, unless this says otherwise before the library is loaded
 * (https://github.com/microsoft/onnxruntime/pull/27379). Nothing leaves the machine: here it always does.
 */
export const TELEMETRY_OPT_OUT = 'ORT_DISABLE_TELEMETRY';

/**
 * Forbids it, for this process and those that it starts. In a thread `process.env` is a copy that no library sees (Node,
 * "Worker threads"), so whoever starts a thread that loads ONNX Runtime calls this before.
 * @throws EmostreamError INTERNAL in a thread whose starter did not
 */
export function forbidTelemetry(env: NodeJS.ProcessEnv = process.env, mainThread = isMainThread): void {
  if (mainThread) env[TELEMETRY_OPT_OUT] = '1';
  else if (env[TELEMETRY_OPT_OUT] !== '1')
    throw new EmostreamError(
      'INTERNAL',
      'ONNX Runtime is not loaded in a thread whose starter did not forbid its telemetry',
    );
}
