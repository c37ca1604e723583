import type { Labels, Meter, MetricName } from '../../../src/common/metrics.js';

/** Adds up counters, to be asked by name and label values: `of('emostream_dropped_total', 'rtp', 'malformed')`. */
export class CountingMeter implements Meter {
  readonly #counts = new Map<string, number>();

  count(name: MetricName, labels: Labels = {}, by = 1): void {
    const key = [name, ...Object.values(labels)].join(' ');
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + by);
  }

  observe(): void {}

  observeAll(): void {}

  set(): void {}

  of(name: MetricName, ...labels: string[]): number {
    return this.#counts.get([name, ...labels].join(' ')) ?? 0;
  }

  /** All counts of a metric whatever the labels. */
  total(name: MetricName): number {
    let sum = 0;
    for (const [key, value] of this.#counts) if (key.split(' ')[0] === name) sum += value;
    return sum;
  }
}
