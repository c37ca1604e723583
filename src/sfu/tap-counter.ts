import type { Meter } from '../common/metrics.js';

/** Keeps the gauge of open taps, over all rooms. */
export class TapCounter {
  readonly #meter: Meter;
  readonly #taps = { face: 0, voice: 0 };

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  add(modality: 'face' | 'voice', by: 1 | -1): void {
    this.#taps[modality] += by;
    this.#meter.set('emostream_taps', this.#taps[modality], { modality });
  }
}
