import type { Meter } from './metrics.js';

/** Does some work, and tells the metrics how long that stage took. */
export function timed<T>(meter: Meter, stage: string, work: () => T): T {
  const from = performance.now();
  const result = work();
  meter.observe('emostream_stage_duration_seconds', (performance.now() - from) / 1000, { stage });
  return result;
}
