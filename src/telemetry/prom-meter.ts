import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { bucketsOf, type Labels, METRICS, type Meter, type MetricName, type MetricSpec } from '../common/metrics.js';
import type { Tally } from '../common/tally.js';
import { TallyHistogram } from './tally-histogram.js';

/**
 * Of prom-client's own metrics those that Prometheus finds fault with (`promtool check metrics`): gauges with a counter's name. Each
 * is the sum of one that stays: `sum(nodejs_active_handles)`.
 */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** The catalogue of src/common/metrics.ts as Prometheus metrics. */
export class PromMeter implements Meter {
  readonly registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #histograms = new Map<string, TallyHistogram>();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    for (const name of MISNAMED) this.registry.removeSingleMetric(name);
    for (const [name, spec] of Object.entries(METRICS) as [MetricName, MetricSpec][]) {
      const common = { name, help: spec.help, labelNames: [...(spec.labels ?? [])], registers: [this.registry] };
      if (spec.kind === 'counter') this.#counters.set(name, new Counter(common));
      else if (spec.kind === 'gauge') this.#gauges.set(name, new Gauge(common));
      else this.#histograms.set(name, this.#histogram(name, spec));
      // A series that is born at 1 has an increase of 0 (PromQL, `increase`): the first crash would go unseen.
      for (const labels of spec.known ?? []) {
        this.#counters.get(name)?.inc(labels, 0);
        this.#gauges.get(name)?.set(labels, 0);
      }
    }
  }

  count(name: MetricName, labels: Labels = {}, by = 1): void {
    this.#counters.get(name)?.inc(labels, by);
  }

  observe(name: MetricName, value: number, labels: Labels = {}): void {
    const histogram = this.#histograms.get(name);
    if (histogram && !histogram.observe(labels, value)) {
      this.count('emostream_dropped_total', { stage: 'telemetry', reason: 'not-finite' });
    }
  }

  observeAll(name: MetricName, tally: Tally, labels: Labels = {}): void {
    this.#histograms.get(name)?.observeAll(labels, tally);
  }

  set(name: MetricName, value: number, labels: Labels = {}): void {
    this.#gauges.get(name)?.set(labels, value);
  }

  /** The exposition text and its content type. */
  async exposition(): Promise<{ body: string; contentType: string }> {
    return { body: await this.registry.metrics(), contentType: this.registry.contentType };
  }

  #histogram(name: MetricName, { help, labels = [] }: MetricSpec): TallyHistogram {
    return new TallyHistogram({ name, help, labelNames: labels, buckets: bucketsOf(name), registry: this.registry });
  }
}
