import type { Meter } from '../common/metrics.js';
import type { Engine } from './types.js';

/** How often the engine is asked, ms. */
const INTERVAL_MS = 10_000;

/** Reports an engine's tensors now and then. */
export class MemoryGauge {
  readonly #engine: Pick<Engine, 'memory'>;
  readonly #meter: Meter;
  #asked = -Infinity;

  constructor(engine: Pick<Engine, 'memory'>, meter: Meter) {
    this.#engine = engine;
    this.#meter = meter;
  }

  async report(now: number): Promise<void> {
    if (now - this.#asked < INTERVAL_MS) return;
    this.#asked = now;
    // Only a gauge: an engine that cannot answer fails its next batch, and that is counted.
    const memory = await this.#engine.memory().catch(() => null);
    if (memory) this.#meter.set('emostream_tensors', memory.tensors);
  }
}
