import { parentPort, workerData } from 'node:worker_threads';
import { toEmostreamError } from '../common/errors.js';
import { ThreadMeter } from '../common/thread-meter.js';
import { ThreadVitals, threadCpuSeconds } from '../common/thread-vitals.js';
import { createRecogniser } from './recogniser.js';
import type { FromRecogniser, RecogniserData, ToRecogniser } from './recogniser-messages.js';

const VITALS_INTERVAL_MS = 1000;

/** Entry of the thread in which speech is recognised: one piece after the other, as they are handed to it. */
const port = parentPort;
if (!port) throw new Error('recogniser-worker is the entry of a worker thread');
const send = (message: FromRecogniser): void => port.postMessage(message);

const recogniser = createRecogniser((workerData as RecogniserData).model);
const meter = new ThreadMeter();
const vitals = new ThreadVitals('speech', meter);
setInterval(() => {
  vitals.report();
  send({ type: 'measurements', measurements: meter.flush() });
}, VITALS_INTERVAL_MS);

port.on('message', (message: ToRecogniser) => {
  // In a thread: ends the thread.
  if (message === 'end') process.exit();
  const { call, ...piece } = message;
  const begun = threadCpuSeconds();
  try {
    const recognised = recogniser.recognise(piece);
    send({ type: 'recognised', call, recognised, cpuMs: 1000 * (threadCpuSeconds() - begun) });
  } catch (error) {
    send({ type: 'failed', call, message: toEmostreamError(error).message });
  }
});
send({ type: 'ready' });
