import type { Meter } from '../common/metrics.js';
import { waitAtMost } from '../common/wait-at-most.js';
import { FACE_SIZE } from '../features/types.js';
import type { KeptCrop } from './kept-encodings.js';
import { EMBEDDING } from './network/sizes.js';
import type { RunnerEngine } from './runner-options.js';

/** Longest a crop waits for others, ms: those of one part of a second come nearly at once, and the window's end is far. */
const CROP_DELAY = 40;
/** How long a window waits for its crop that another batch has in hand before it has it encoded again, ms. */
const CROP_PATIENCE = 100;
const PIXELS = FACE_SIZE * FACE_SIZE;

/** Face crops that wait to be encoded, the oldest first. */
export class EarlyCrops {
  readonly #engine: RunnerEngine;
  readonly #meter: Meter;
  /** Crops in a batch, at most. */
  batch: number;
  readonly #capacity: number;
  readonly #waiting = new Set<KeptCrop>();

  /** @param limits crops in a batch, and in waiting */
  constructor(engine: RunnerEngine, meter: Meter, limits: { batch: number; capacity: number }) {
    this.#engine = engine;
    this.#meter = meter;
    this.batch = limits.batch;
    this.#capacity = limits.capacity;
  }

  /** At the bound the oldest is dropped, and said. */
  push(crop: KeptCrop): KeptCrop | null {
    this.#waiting.add(crop);
    const oldest = this.#waiting.size > this.#capacity ? this.#waiting.values().next().value! : null;
    if (oldest) this.#waiting.delete(oldest);
    this.report();
    return oldest;
  }

  /** Takes out what need not be encoded any more. @returns how many of them waited */
  drop(crops: Iterable<KeptCrop>): number {
    let dropped = 0;
    for (const crop of crops) if (this.#waiting.delete(crop)) dropped++;
    this.report();
    return dropped;
  }

  /** When a batch is due, ms; null when nothing waits. */
  nextDue(now: number): number | null {
    const oldest = this.#waiting.values().next();
    if (oldest.done) return null;
    return this.#waiting.size >= this.batch ? now : oldest.value.atMs + CROP_DELAY;
  }

  /** A batch if one is due. */
  take(now: number): KeptCrop[] {
    if ((this.nextDue(now) ?? Infinity) > now) return [];
    const batch: KeptCrop[] = [];
    for (const crop of this.#waiting) {
      if (batch.push(crop) === this.batch) break;
    }
    this.drop(batch);
    return batch;
  }

  /** Encodes crops, each once. @throws what the engine throws; the crops then are as before */
  async encode(crops: readonly KeptCrop[], when: 'early' | 'window'): Promise<void> {
    this.drop(crops);
    const missing = crops.filter(({ encoded }) => !encoded);
    for (let at = 0; at < missing.length; at += this.batch)
      await this.#encode(missing.slice(at, at + this.batch), when);
  }

  /** Encodes what a batch of windows names and is not encoded yet. @throws what the engine throws */
  async encodeFor(crops: readonly KeptCrop[]): Promise<void> {
    const elsewhere = crops.flatMap(({ encoded, encoding }) => (encoded || !encoding ? [] : [encoding]));
    await this.encode(
      crops.filter(({ encoding }) => !encoding),
      'window',
    );
    if (elsewhere.length === 0) return;
    await waitAtMost(CROP_PATIENCE, Promise.all(elsewhere));
    await this.encode(crops, 'window');
  }

  report(): void {
    this.#meter.set('emostream_queue_depth', this.#waiting.size, { queue: 'crops' });
  }

  async #encode(crops: readonly KeptCrop[], when: 'early' | 'window'): Promise<void> {
    const pixels = new Uint8Array(crops.length * PIXELS);
    crops.forEach((crop, i) => pixels.set(crop.pixels, i * PIXELS));
    const from = performance.now();
    const answer = this.#engine.encodeFaces(pixels, crops.length);
    const encoding = answer.then(
      () => undefined,
      () => undefined,
    );
    for (const crop of crops) crop.encoding = encoding;
    try {
      const encoded = await answer;
      if (encoded.length !== crops.length * EMBEDDING) {
        throw new Error(`The engine answered ${encoded.length} values for ${crops.length} faces.`);
      }
      crops.forEach((crop, i) => {
        crop.encoded = encoded.slice(i * EMBEDDING, (i + 1) * EMBEDDING);
        crop.pixels = NOTHING;
      });
    } finally {
      for (const crop of crops) if (crop.encoding === encoding) crop.encoding = null;
    }
    this.#meter.count('emostream_encodings_total', { modality: 'face', when }, crops.length);
    this.#meter.observe('emostream_stage_duration_seconds', (performance.now() - from) / 1000, { stage: 'encode' });
  }
}

const NOTHING = new Uint8Array(0);
