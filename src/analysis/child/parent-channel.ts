import type { FromAnalysis } from '../messages.js';

/** Messages that the main process has not read yet; past it windows are dropped, which it tells as a gap. */
const MAX_UNREAD = 1000;

/** The child's end of the messages to the main process. What leaves in one turn of the event loop leaves together. */
export class ParentChannel {
  #unread = 0;
  #outbox: FromAnalysis[] = [];
  #planned = false;

  /** @returns false when it was dropped */
  send(message: FromAnalysis): boolean {
    if (message.type === 'output' && this.#unread + this.#outbox.length >= MAX_UNREAD) return false;
    this.#outbox.push(message);
    if (!this.#planned) setImmediate(() => this.#flush());
    this.#planned = true;
    return true;
  }

  /** What was sent is on its way before the channel is closed. */
  close(): void {
    this.#flush(() => process.disconnect());
  }

  #flush(then: () => void = () => undefined): void {
    this.#planned = false;
    const messages = this.#outbox;
    this.#outbox = [];
    this.#unread += messages.length;
    process.send?.(messages, undefined, {}, () => {
      this.#unread -= messages.length;
      then();
    });
  }
}
