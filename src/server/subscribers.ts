import type { Meter } from '../common/metrics.js';

/** Keeps the gauge of sockets subscribed to events. */
export class Subscribers<T> {
  readonly #members = new Set<T>();
  readonly #meter: Meter;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  get size(): number {
    return this.#members.size;
  }

  add(member: T): void {
    this.#members.add(member);
    this.#meter.set('emostream_subscribers', this.#members.size);
  }

  delete(member: T): void {
    if (this.#members.delete(member)) this.#meter.set('emostream_subscribers', this.#members.size);
  }
}
