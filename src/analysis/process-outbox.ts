import type { Meter } from '../common/metrics.js';
import type { ToAnalysis } from './messages.js';

/** Reports of senders are not urgent: so long they wait for others, ms. */
const REPORTS_EVERY_MS = 50;
/** Messages that a process has not read yet; past it reports and captions are dropped. A call of a hundred stays far below. */
const MAX_UNREAD = 5000;
/**
 * Bytes of media in them, of all senders together; past it pictures and samples are dropped. Each session is bounded by itself, but
 * there may be hundreds, and a process that hangs reads nothing until that is found out.
 */
const MAX_UNREAD_MEDIA = 64 * 2 ** 20;

export interface ProcessOutboxOptions {
  /** Hands messages over; `read` is to be called when they are out of this process. */
  write: (messages: ToAnalysis[], read: () => void) => void;
  /** A picture that somebody waits for an answer to is not handed over. */
  refused: (handle: number, question: number) => void;
  meter: Meter;
}

/** What is on its way to an analysis process: what comes in one go travels as one message, and it is bounded, in count and bytes. */
export class ProcessOutbox {
  readonly #options: ProcessOutboxOptions;
  #waiting: ToAnalysis[] = [];
  #planned: NodeJS.Immediate | null = null;
  #later: NodeJS.Timeout | null = null;
  #unread = 0;
  /** Also of those that wait. */
  #mediaBytes = 0;
  #closed = false;

  constructor(options: ProcessOutboxOptions) {
    this.#options = options;
  }

  push(message: ToAnalysis): void {
    if (this.#closed) return;
    if (this.#isTooMuch(message)) {
      this.#options.meter.count('emostream_dropped_total', { stage: 'analysis', reason: 'process-overrun' });
      if (message.type === 'media' && message.piece.question !== undefined) {
        this.#options.refused(message.handle, message.piece.question);
      }
      return;
    }
    this.#mediaBytes += mediaBytes(message);
    this.#waiting.push(message);
    if (message.type === 'senderReport') this.#later ??= setTimeout(() => this.flush(), REPORTS_EVERY_MS);
    else this.#planned ??= setImmediate(() => this.flush());
  }

  flush(): void {
    this.#cancel();
    if (this.#waiting.length === 0 || this.#closed) return;
    const messages = this.#waiting;
    const bytes = messages.reduce((sum, message) => sum + mediaBytes(message), 0);
    this.#waiting = [];
    this.#unread += messages.length;
    this.#options.write(messages, () => {
      this.#unread -= messages.length;
      this.#mediaBytes -= bytes;
    });
  }

  /** What waits goes nowhere. */
  close(): void {
    this.#closed = true;
    this.#waiting = [];
    this.#cancel();
  }

  #isTooMuch(message: ToAnalysis): boolean {
    if (message.type === 'media') return this.#mediaBytes + mediaBytes(message) > MAX_UNREAD_MEDIA;
    const expendable = message.type === 'senderReport' || message.type === 'caption';
    return expendable && this.#unread + this.#waiting.length >= MAX_UNREAD;
  }

  #cancel(): void {
    if (this.#planned) clearImmediate(this.#planned);
    if (this.#later) clearTimeout(this.#later);
    this.#planned = this.#later = null;
  }
}

const mediaBytes = (message: ToAnalysis): number => (message.type === 'media' ? message.piece.data.byteLength : 0);
