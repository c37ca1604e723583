import { Worker } from 'node:worker_threads';
import { EmostreamError } from '../../common/errors.js';
import { workerUrl } from '../../common/worker-url.js';
import type { ExportedModel, FromExport } from './export-model.js';

/**
 * All parts of a model as ONNX models, by a thread that ends with it: what TensorFlow.js and the writing took, some 170 MB, goes
 * back to the system, while a thread that did it and lived on would keep it.
 * @throws EmostreamError MODEL_INVALID; ENGINE_UNAVAILABLE when the thread ends before
 */
export async function exportApart(folder: string): Promise<ExportedModel> {
  const worker = new Worker(workerUrl(import.meta.url, './export-worker.js'), { workerData: folder });
  const answer = await new Promise<FromExport>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('its thread ended')));
  }).catch((cause: unknown) => {
    const message = 'The model could not be written down as ONNX.';
    throw new EmostreamError('ENGINE_UNAVAILABLE', message, { cause });
  });
  if ('code' in answer) throw new EmostreamError(answer.code, answer.message);
  return answer;
}
