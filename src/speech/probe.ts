import { fileURLToPath } from 'node:url';
import { EmostreamError, toEmostreamError } from '../common/errors.js';
import { runTool } from '../common/install/tools.js';
import { workerUrl } from '../common/worker-url.js';
import { readSpeechModel } from './model.js';

/**
 * Tries a model of the operator's own in a process apart: for one that it cannot load sherpa-onnx ends the process, and that of the
 * analysis would be started again and again.
 * @throws EmostreamError CONFIG_INVALID: the folder is no model's; SPEECH_UNAVAILABLE: it does not load, and what the library says
 */
export async function probeModel(folder: string): Promise<void> {
  readSpeechModel(folder);
  try {
    await runTool(process.execPath, [fileURLToPath(workerUrl(import.meta.url, './probe-child.js')), folder], '.');
  } catch (error) {
    const what = `speechModel: sherpa-onnx does not load the model in ${folder}. ${toEmostreamError(error).message}`;
    throw new EmostreamError('SPEECH_UNAVAILABLE', what, { cause: error });
  }
}
