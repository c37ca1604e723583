import { parentPort, workerData } from 'node:worker_threads';
import { toEmostreamError } from '../../common/errors.js';
import { exportModel, type FromExport } from './export-model.js';

/** Entry of a thread that writes a model down as ONNX, says it, and ends. */
const answer: FromExport = await exportModel(workerData as string).catch((error: unknown) => {
  const { code, message } = toEmostreamError(error);
  return { code, message };
});
parentPort!.postMessage(answer);
