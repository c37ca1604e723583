import type { Histogram, MetricObjectWithValues, MetricValueWithName, Registry } from 'prom-client';
import type { Labels } from '../common/metrics.js';
import { emptyTally, type Tally, tallied, tallyAll, tallyOne } from '../common/tally.js';

interface Options {
  name: string;
  help: string;
  labelNames: readonly string[];
  buckets: readonly number[];
  registry: Registry;
}

/**
 * A Prometheus histogram to which whole tallies can be added: prom-client's takes single observations only, and threads have
 * thousands of them.
 */
export class TallyHistogram {
  readonly name: string;
  readonly #options: Options;
  readonly #series = new Map<string, { labels: Labels; tally: Tally }>();

  constructor(options: Options) {
    this.name = options.name;
    this.#options = options;
    if (options.labelNames.length === 0) this.#tally({});
    // The registry asks a metric for its `name` and `get` only.
    options.registry.registerMetric(this as unknown as Histogram);
  }

  /** @returns false for what is no finite number: it is left out */
  observe(labels: Labels, value: number): boolean {
    return tallyOne(this.#tally(labels), this.#options.buckets, value);
  }

  observeAll(labels: Labels, tally: Tally): void {
    tallyAll(this.#tally(labels), tally);
  }

  get(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    const { name, help } = this.#options;
    const values = [...this.#series.values()].flatMap((series) => this.#values(series));
    const metric = { name, help, type: 'histogram', aggregator: 'sum', values };
    // The declarations ask for an enumeration that does not exist at run time, and for a `collect` that nobody calls.
    return Promise.resolve(metric as unknown as MetricObjectWithValues<MetricValueWithName<string>>);
  }

  #values({ labels, tally }: { labels: Labels; tally: Tally }): MetricValueWithName<string>[] {
    const { name, buckets } = this.#options;
    const value = (suffix: string, amount: number, le?: number | string) => ({
      metricName: `${name}_${suffix}`,
      value: amount,
      labels: le === undefined ? labels : { le, ...labels },
    });
    let below = 0;
    return [
      ...buckets.map((edge, i) => value('bucket', (below += tally.counts[i] ?? 0), edge)),
      value('bucket', tallied(tally), '+Inf'),
      value('sum', tally.sum),
      value('count', tallied(tally)),
    ];
  }

  #tally(labels: Labels): Tally {
    const key = this.#options.labelNames.map((name) => labels[name] ?? '').join('|');
    let series = this.#series.get(key);
    if (!series) this.#series.set(key, (series = { labels, tally: emptyTally(this.#options.buckets) }));
    return series.tally;
  }
}
