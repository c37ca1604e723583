import { Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { METRICS, type MetricName, type MetricSpec } from '../../src/common/metrics.js';
import { replay, ThreadMeter } from '../../src/common/thread-meter.js';
import { PromMeter } from '../../src/telemetry/prom-meter.js';

const entries = Object.entries(METRICS) as [MetricName, MetricSpec][];

describe('metrics', () => {
  it('follow Prometheus’s naming: base units, _total on counters only', () => {
    for (const [name, { kind }] of entries) {
      expect(name).toMatch(/^emostream_[a-z_]+$/);
      expect(name.endsWith('_total'), name).toBe(kind === 'counter');
      expect(name).not.toMatch(/_(ms|milliseconds|kb|mb)(_|$)/);
    }
  });

  it('never carry a person or a room as a label', () => {
    for (const [, spec] of entries) {
      for (const label of spec.labels ?? []) expect(label).not.toMatch(/room|participant|user|name|token|peer/);
    }
  });

  it('have bucket edges at the latency that is promised', () => {
    expect(METRICS.emostream_event_delay_seconds.buckets).toContain(0.3);
  });

  it('come out of the exposition as they went in, also by way of a thread', async () => {
    const direct = new PromMeter();
    const thread = new ThreadMeter();
    thread.count('emostream_dropped_total', { stage: 'rtp', reason: 'malformed' }, 2);
    thread.count('emostream_dropped_total', { stage: 'rtp', reason: 'malformed' });
    thread.set('emostream_queue_depth', 7, { queue: 'q' });
    thread.set('emostream_queue_depth', 5, { queue: 'q' });
    thread.observe('emostream_batch_size', 3);
    thread.observe('emostream_batch_size', 9);
    replay(thread.flush(), direct);
    expect(thread.flush()).toEqual([]);
    const { body, contentType } = await direct.exposition();
    expect(contentType).toContain('text/plain');
    expect(body).toContain('emostream_dropped_total{stage="rtp",reason="malformed"} 3');
    expect(body).toContain('emostream_queue_depth{queue="q"} 5');
    expect(body).toContain('emostream_batch_size_bucket{le="4"} 1');
    expect(body).toContain('emostream_batch_size_count 2');
  });

  it('of a thread are as large as its series are many, not its observations', () => {
    const thread = new ThreadMeter();
    for (let i = 0; i < 25_000; i++) {
      thread.observe('emostream_batch_size', i % 70);
      thread.observe('emostream_stage_duration_seconds', i / 1e6, { stage: i % 2 ? 'voice' : 'face' });
    }
    const out = thread.flush();
    expect(out).toHaveLength(3);
    expect(JSON.stringify(out).length).toBeLessThan(1000);
  });

  it('are bounded in a thread whose labels never end, and the loss is counted', () => {
    const thread = new ThreadMeter();
    for (let i = 0; i < 1500; i++) thread.observe('emostream_batch_size', 1, { stage: String(i) });
    const out = thread.flush();
    expect(out.length).toBeLessThanOrEqual(1001);
    const dropped = { stage: 'telemetry', reason: 'series-limit' };
    expect(out).toContainEqual(['count', 'emostream_dropped_total', dropped, 500]);
    // The next interval begins afresh.
    thread.observe('emostream_batch_size', 1, { stage: '1499' });
    expect(thread.flush()).toHaveLength(1);
  });

  it('leave out and count what is no number, in a thread and without', async () => {
    for (const way of ['direct', 'thread']) {
      const meter = new PromMeter();
      const thread = new ThreadMeter();
      for (const value of [NaN, Infinity, 3])
        (way === 'thread' ? thread : meter).observe('emostream_batch_size', value);
      replay(thread.flush(), meter);
      const { body } = await meter.exposition();
      expect(body).toContain('emostream_batch_size_sum 3\n');
      expect(body).toContain('emostream_batch_size_count 1\n');
      expect(body).toContain('emostream_dropped_total{stage="telemetry",reason="not-finite"} 2');
    }
  });

  it('expose histograms as prom-client does', async () => {
    const name = 'emostream_stage_duration_seconds';
    const { help, labels, buckets } = METRICS[name];
    const reference = new Registry();
    const histogram = new Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers: [reference] });
    const meter = new PromMeter();
    const thread = new ThreadMeter();
    // On edges, between, above all and below 0; half of them by way of a thread, in several flushes.
    const values = [...buckets, 0.0007, 0.3, 7, 0, -1];
    values.forEach((value, i) => {
      const stage = i % 3 ? 'voice' : 'face';
      histogram.observe({ stage }, value);
      (i % 2 ? thread : meter).observe(name, value, { stage });
      if (i % 4 === 1) replay(thread.flush(), meter);
    });
    replay(thread.flush(), meter);
    expect(sorted(await meter.registry.getSingleMetricAsString(name))).toEqual(sorted(await reference.metrics()));
    expect((await meter.registry.getMetricsAsJSON()).map((metric) => metric.name)).toContain(name);
  });
});

/** Lines with sums rounded: floating point adds up by order. */
function sorted(exposition: string): string[] {
  const lines = exposition.trim().split('\n');
  return lines
    .map((line) => line.replace(/(_sum\S* )(.*)/, (_, head: string, sum: string) => head + Number(sum).toFixed(9)))
    .sort();
}
