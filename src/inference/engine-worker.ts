import { parentPort, workerData } from 'node:worker_threads';
import { belowTheCall } from '../common/niceness.js';
import type { EngineWorkerData } from './engine-messages.js';
import { serveEngine } from './engine-port.js';
import { startEngineHere } from './engine-here.js';

/** Entry of the inference thread. It ends when the main thread terminates it. */
belowTheCall();
const { engine, ...options } = workerData as EngineWorkerData;
await serveEngine(parentPort!, (surroundings) => startEngineHere(engine, { ...options, surroundings }));
