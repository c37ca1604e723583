import { parentPort } from 'node:worker_threads';
import { toEmostreamError } from './errors.js';
import type { FromRequestThread, ToRequestThread } from './request-messages.js';
import { ThreadMeter } from './thread-meter.js';
import { threadCpuSeconds, ThreadVitals } from './thread-vitals.js';

const VITALS_INTERVAL_MS = 1000;

export interface Answering<Request, Answer> {
  /** Its name in `emostream_thread_cpu_seconds_total`. */
  thread: string;
  /** What it throws refuses the request, and the thread goes on. */
  answer(request: Request): Answer | Promise<Answer>;
  /** Of an answer, what is handed over rather than copied. */
  moved?(answer: Answer): ArrayBuffer[];
  /** Before the thread ends. */
  end?(): Promise<void>;
}

/** The other side of a `RequestThread`, in its thread: answers one request after the other, and tells what it costs. */
export function answerRequests<Request, Answer>({ thread, answer, moved, end }: Answering<Request, Answer>): void {
  const port = parentPort;
  if (!port) throw new Error('requests are answered in a worker thread');
  const send = (message: FromRequestThread<Answer>, handed: ArrayBuffer[] = []): void =>
    port.postMessage(message, handed);
  const meter = new ThreadMeter();
  const vitals = new ThreadVitals(thread, meter);
  setInterval(() => {
    vitals.report();
    send({ type: 'measurements', measurements: meter.flush() });
  }, VITALS_INTERVAL_MS);

  const reply = async (call: number, request: Request): Promise<void> => {
    const begun = threadCpuSeconds();
    try {
      const answered = await answer(request);
      const cpuMs = 1000 * (threadCpuSeconds() - begun);
      send({ type: 'answered', call, answer: answered, cpuMs }, moved?.(answered));
    } catch (error) {
      send({ type: 'failed', call, message: toEmostreamError(error).message });
    }
  };
  let last: Promise<void> = Promise.resolve();
  port.on('message', (message: ToRequestThread<Request>) => {
    last = last.then(async () => {
      if (message !== 'end') return reply(message.call, message.request);
      await end?.();
      // In a thread: ends the thread.
      process.exit();
    });
  });
  send({ type: 'ready' });
}
