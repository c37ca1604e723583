import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Meter } from '../common/metrics.js';

/**
 * Requests of one connection that wait for their answers. Clients ask one at a time (browsers and proxies do not pipeline),
 * and one that waits holds memory and a timer until its turn comes, which it never does for one who does not read.
 */
const MAX_WAITING = 8;
/** Longest that a request and its answer may take in all, ms: a page over a slow line. */
const ANSWER_TIMEOUT_MS = 60_000;

/** The requests that each HTTP connection waits for: few, and none for ever. */
export class HttpTurns {
  readonly #waiting = new WeakMap<Socket, number>();
  readonly #meter: Meter;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  /** @returns false: do not answer, the connection is cut off. */
  enter(request: IncomingMessage, response: ServerResponse): boolean {
    const { socket } = request;
    // Node's parser hands over all that came in one read, also when the first of it ended the connection.
    if (socket.destroyed) return false;
    const waiting = this.#waiting.get(socket) ?? 0;
    if (waiting >= MAX_WAITING) {
      this.#meter.count('emostream_refused_total', { what: 'request' });
      socket.destroy();
      return false;
    }
    this.#waiting.set(socket, waiting + 1);
    const timer = setTimeout(() => socket.destroy(), ANSWER_TIMEOUT_MS);
    onAnswerEnd(request, response, () => {
      clearTimeout(timer);
      this.#waiting.set(socket, (this.#waiting.get(socket) ?? 1) - 1);
    });
    return true;
  }
}

/**
 * Calls back once, when the answer is out or the connection is gone: of an answer whose turn never came Node tells no end
 * (`ServerResponse`, event "close", is that of its socket, which it gets with its turn).
 */
export function onAnswerEnd({ socket }: IncomingMessage, response: ServerResponse, callback: () => void): void {
  const end = () => {
    response.off('close', end);
    socket.off('close', end);
    callback();
  };
  response.once('close', end);
  socket.once('close', end);
}
