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

  it('are bounded in a thread that nobody listens to, and the loss is counted', () => {
    const thread = new ThreadMeter();
    for (let i = 0; i < 25_000; i++) thread.observe('emostream_batch_size', 1);
    const out = thread.flush();
    expect(out.length).toBeLessThanOrEqual(20_001);
    expect(out).toContainEqual([
      'count',
      'emostream_dropped_total',
      { stage: 'telemetry', reason: 'observation-limit' },
      5000,
    ]);
  });
});
