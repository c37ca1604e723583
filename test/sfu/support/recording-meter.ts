import type { Labels, Meter, MetricName } from '../../../src/common/metrics.js';
import { Recorder } from './recorder.js';

/** Keeps what was counted and set, by name and labels. */
export class RecordingMeter extends Recorder implements Meter {
  readonly #values = new Map<string, number>();

  value(name: MetricName, labels: Labels = {}): number {
    return this.#values.get(key(name, labels)) ?? 0;
  }

  count(name: MetricName, labels: Labels = {}, by = 1): void {
    this.#values.set(key(name, labels), this.value(name, labels) + by);
    this.changed();
  }

  observe(): void {}

  observeAll(): void {}

  set(name: MetricName, value: number, labels: Labels = {}): void {
    this.#values.set(key(name, labels), value);
    this.changed();
  }
}

const key = (name: MetricName, labels: Labels) => name + JSON.stringify(Object.entries(labels).sort());
