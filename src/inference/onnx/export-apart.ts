import { Worker } from 'node:worker_threads';
import { EmostreamError, type ErrorCode } from '../../common/errors.js';
import { workerUrl } from '../../common/worker-url.js';
import type { ExportedModel } from './export-model.js';

/** What the thread says, once. */
export type FromExport = ExportedModel | { code: ErrorCode; message: string };

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
