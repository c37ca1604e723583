import type { Labels, Meter, MetricName } from './metrics.js';

/** One thing a thread has to say about itself: [kind, metric, labels, value]. */
export type Measurement = ['count' | 'observe' | 'set', MetricName, Labels | undefined, number];

/** Observations kept between two flushes; past it they are thinned and the thinning is itself counted. */
const MAX_OBSERVATIONS = 20_000;

/**
 * The meter of a worker thread: sums counters, keeps the last value of gauges and the list of observations until the
 * thread flushes them to the main thread, which replays them into Prometheus.
 */
export class ThreadMeter implements Meter {
  #sums = new Map<string, Measurement>();
  #observations: Measurement[] = [];

  count(name: MetricName, labels?: Labels, by = 1): void {
    const key = keyOf(name, labels);
    const entry = this.#sums.get(key);
    if (entry) entry[3] += by;
    else this.#sums.set(key, ['count', name, labels, by]);
  }

  observe(name: MetricName, value: number, labels?: Labels): void {
    if (this.#observations.length >= MAX_OBSERVATIONS) {
      this.count('emostream_dropped_total', { stage: 'telemetry', reason: 'observation-limit' });
      return;
    }
    this.#observations.push(['observe', name, labels, value]);
  }

  set(name: MetricName, value: number, labels?: Labels): void {
    this.#sums.set(keyOf(name, labels), ['set', name, labels, value]);
  }

  /** Everything since the last flush. */
  flush(): Measurement[] {
    const out = [...this.#sums.values(), ...this.#observations];
    this.#sums = new Map();
    this.#observations = [];
    return out;
  }
}

/** Replays a thread's measurements into another meter. */
export function replay(measurements: readonly Measurement[], meter: Meter): void {
  for (const [kind, name, labels, value] of measurements) {
    if (kind === 'count') meter.count(name, labels, value);
    else if (kind === 'observe') meter.observe(name, value, labels);
    else meter.set(name, value, labels);
  }
}

function keyOf(name: string, labels: Labels | undefined): string {
  if (!labels) return name;
  let key = name;
  for (const label in labels) key += `|${label}=${labels[label] ?? ''}`;
  return key;
}
