import type { Meter } from '../common/metrics.js';

/** Keeps the gauge of sockets subscribed to events. */
export class Subscribers {
  readonly #members = new Set<object>();
  readonly #meter: Meter;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  get size(): number {
    return this.#members.size;
  }

  add(member: object): void {
    this.#members.add(member);
    this.#meter.set('emostream_subscribers', this.#members.size);
  }

  delete(member: object): void {
    if (this.#members.delete(member)) this.#meter.set('emostream_subscribers', this.#members.size);
  }
}
