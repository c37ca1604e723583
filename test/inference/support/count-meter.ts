import type { Labels, Meter, MetricName } from '../../../src/common/metrics.js';

/** Remembers what it was told. */
export class CountMeter implements Meter {
  readonly observed: { name: MetricName; value: number; labels?: Labels }[] = [];
  readonly gauges = new Map<string, number>();
  readonly #counts = new Map<string, number>();

  count(name: MetricName, labels?: Labels, by = 1): void {
    const key = CountMeter.#key(name, labels);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + by);
  }

  observe(name: MetricName, value: number, labels?: Labels): void {
    this.observed.push({ name, value, ...(labels && { labels }) });
  }

  observeAll(): void {}

  set(name: MetricName, value: number, labels?: Labels): void {
    this.gauges.set(CountMeter.#key(name, labels), value);
  }

  counted(name: MetricName, labels?: Labels): number {
    return this.#counts.get(CountMeter.#key(name, labels)) ?? 0;
  }

  gauge(name: MetricName, labels?: Labels): number | undefined {
    return this.gauges.get(CountMeter.#key(name, labels));
  }

  static #key(name: string, labels: Labels | undefined): string {
    return name + JSON.stringify(Object.entries(labels ?? {}).sort());
  }
}
