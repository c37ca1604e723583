import type { ToAnalysis } from './messages.js';

/**
 * Gathers packets into one message: a thread message costs the same for one packet as for thirty. Packets are copied
 * here, once; mediasoup's buffers are views into larger ones, which a message would clone whole.
 */
export class PacketBatch {
  #data = new Uint8Array(16_384);
  #used = 0;
  #handles: number[] = [];
  #arrivals: number[] = [];
  #lengths: number[] = [];

  get packets(): number {
    return this.#handles.length;
  }

  add(handle: number, data: Uint8Array, arrivalMs: number): void {
    if (this.#used + data.length > this.#data.length) {
      const grown = new Uint8Array(Math.max(this.#data.length * 2, this.#used + data.length));
      grown.set(this.#data.subarray(0, this.#used));
      this.#data = grown;
    }
    this.#data.set(data, this.#used);
    this.#used += data.length;
    this.#handles.push(handle);
    this.#arrivals.push(arrivalMs);
    this.#lengths.push(data.length);
  }

  /** The message and what it transfers; the batch is empty afterwards. Null when it was empty. */
  take(): { message: Extract<ToAnalysis, { type: 'packets' }>; transfer: ArrayBuffer[] } | null {
    if (this.#handles.length === 0) return null;
    const data = this.#data.slice(0, this.#used);
    const message = {
      type: 'packets' as const,
      handles: this.#handles,
      arrivals: this.#arrivals,
      lengths: this.#lengths,
      data,
    };
    this.#used = 0;
    this.#handles = [];
    this.#arrivals = [];
    this.#lengths = [];
    return { message, transfer: [data.buffer] };
  }
}

/** Calls `visit` for each packet of a batch; the data are views into the batch's buffer. */
export function forEachPacket(
  message: Extract<ToAnalysis, { type: 'packets' }>,
  visit: (handle: number, data: Uint8Array, arrivalMs: number) => void,
): void {
  let offset = 0;
  for (let i = 0; i < message.handles.length; i++) {
    const length = message.lengths[i] ?? 0;
    visit(message.handles[i] ?? -1, message.data.subarray(offset, offset + length), message.arrivals[i] ?? 0);
    offset += length;
  }
}
