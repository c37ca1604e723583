import type { MessagePort } from 'node:worker_threads';
import { toEmostreamError } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import { ThreadMeter } from '../common/thread-meter.js';
import { ThreadVitals } from '../common/thread-vitals.js';
import type { FromEngine, ToEngine } from './engine-messages.js';
import type { Engine, EngineNews } from './types.js';

const VITALS_INTERVAL = 1000;

/** What the engine of a thread tells about itself. */
export interface EngineSurroundings {
  meter: Meter;
  onNews: (news: EngineNews) => void;
}

/**
 * Serves one engine at a port: its calls come as messages and are carried out one after the other, or, where the engine has several
 * lanes, those that judge side by side.
 */
export async function serveEngine(
  port: MessagePort,
  start: (surroundings: EngineSurroundings) => Promise<Engine>,
): Promise<void> {
  const send = (message: FromEngine): void => port.postMessage(message);
  const meter = new ThreadMeter();
  let engine: Engine;
  try {
    engine = await start({ meter, onNews: (news) => send({ type: 'news', news }) });
  } catch (error) {
    const { code, message } = toEmostreamError(error);
    send({ type: 'refused', code, message });
    return;
  }
  const vitals = new ThreadVitals('inference', meter);
  setInterval(() => {
    vitals.report();
    send({ type: 'measurements', measurements: meter.flush() });
  }, VITALS_INTERVAL);
  let last: Promise<void> = Promise.resolve();
  const sideBySide = engine.lanes > 1;
  port.on('message', (message: ToEngine) => {
    if (sideBySide && (message.call === 'run' || message.call === 'encodeFaces')) {
      // It answers failures, too.
      answer(engine, message).then(send, () => undefined);
      return;
    }
    last = last.then(async () => {
      if (message.call !== 'dispose') return send(await answer(engine, message));
      await engine.dispose();
      // In a thread: ends the thread.
      process.exit();
    });
  });
  send({ type: 'ready', device: engine.device, lanes: engine.lanes });
}

type Call = Extract<ToEngine, { id: number }>;

async function answer(engine: Engine, message: Call): Promise<FromEngine> {
  try {
    return { type: 'result', id: message.id, result: await call(engine, message) };
  } catch (error) {
    const failure = toEmostreamError(error);
    return { type: 'failure', id: message.id, code: failure.code, message: failure.message };
  }
}

function call(engine: Engine, message: Call) {
  switch (message.call) {
    case 'load':
      return engine.load(message.argument);
    case 'run':
      return engine.run(message.argument);
    case 'encodeFaces':
      return engine.encodeFaces(message.argument.crops, message.argument.count);
    case 'warmUp':
      return engine.warmUp(message.argument).then(() => undefined);
    case 'memory':
      return engine.memory();
  }
}
