import { parentPort } from 'node:worker_threads';
import { serveEngine } from '../../../src/inference/engine-port.js';
import { FakeEngine } from './fake-engine.js';

void serveEngine(parentPort!, () => Promise.resolve(new FakeEngine()));
