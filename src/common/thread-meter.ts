import { type Labels, type Meter, type MetricName, bucketsOf } from './metrics.js';
import { emptyTally, type Tally, tallyAll, tallyOne } from './tally.js';

/** What a thread has to say of one series: [kind, metric, labels, value]. */
export type Measurement =
  ['count' | 'set', MetricName, Labels | undefined, number] | ['observe', MetricName, Labels | undefined, Tally];

/** Series of all metrics together; the catalogue has about 250. Past it new ones are left out, which is itself counted. */
const MAX_SERIES = 1000;

/**
 * The meter of a worker thread or process: sums counters, keeps the last value of gauges and the buckets of histograms until
 * the thread flushes them to the main thread, which replays them into Prometheus. What it holds and sends is bounded by the
 * number of series, however much is measured.
 */
export class ThreadMeter implements Meter {
  #series = new Map<MetricName, Map<string, Measurement>>();
  #size = 0;

  count(name: MetricName, labels?: Labels, by = 1): void {
    const series = this.#find(name, labels) ?? this.#add(['count', name, labels, 0]);
    if (series?.[0] === 'count') series[3] += by;
  }

  observe(name: MetricName, value: number, labels?: Labels): void {
    const edges = bucketsOf(name);
    const tally = this.#tally(name, labels);
    if (tally && !tallyOne(tally, edges, value)) {
      this.count('emostream_dropped_total', { stage: 'telemetry', reason: 'not-finite' });
    }
  }

  observeAll(name: MetricName, tally: Tally, labels?: Labels): void {
    const own = this.#tally(name, labels);
    if (own) tallyAll(own, tally);
  }

  set(name: MetricName, value: number, labels?: Labels): void {
    const series = this.#find(name, labels) ?? this.#add(['set', name, labels, value]);
    if (series?.[0] === 'set') series[3] = value;
  }

  /** Everything since the last flush. */
  flush(): Measurement[] {
    const out: Measurement[] = [];
    for (const series of this.#series.values()) out.push(...series.values());
    this.#series = new Map();
    this.#size = 0;
    return out;
  }

  #tally(name: MetricName, labels: Labels | undefined): Tally | null {
    const series = this.#find(name, labels) ?? this.#add(['observe', name, labels, emptyTally(bucketsOf(name))]);
    return series?.[0] === 'observe' ? series[3] : null;
  }

  #find(name: MetricName, labels: Labels | undefined): Measurement | undefined {
    return this.#series.get(name)?.get(keyOf(labels));
  }

  #add(series: Measurement): Measurement | null {
    const [, name, labels] = series;
    let ofName = this.#series.get(name);
    // What counts the loss is never itself lost: its labels are few.
    if (this.#size >= MAX_SERIES && name !== 'emostream_dropped_total') {
      this.count('emostream_dropped_total', { stage: 'telemetry', reason: 'series-limit' });
      return null;
    }
    if (!ofName) this.#series.set(name, (ofName = new Map<string, Measurement>()));
    ofName.set(keyOf(labels), series);
    this.#size++;
    return series;
  }
}

/** Replays a thread's measurements into another meter, each series in one step. */
export function replay(measurements: readonly Measurement[], meter: Meter): void {
  for (const [kind, name, labels, value] of measurements) {
    if (kind === 'count') meter.count(name, labels, value);
    else if (kind === 'observe') meter.observeAll(name, value, labels);
    else meter.set(name, value, labels);
  }
}

/** The values of the labels. Of one label, the value itself: nothing is put together anew for each observation. */
function keyOf(labels: Labels | undefined): string {
  let key: string | undefined;
  for (const label in labels) key = key === undefined ? labels[label] : `${key}|${labels[label] ?? ''}`;
  return key ?? '';
}
