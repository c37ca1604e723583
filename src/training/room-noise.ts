import { logMel, SAMPLE_RATE, windowLevel, type MelBlock } from '../features/log-mel.js';
import { MEL_BANDS, MEL_FRAMES } from '../features/types.js';
import { colouredNoise } from './coloured-noise.js';
import type { Rng } from './rng.js';

/** From white to brownish. */
const COLOURS = [0, 0.3, 0.6, 0.8, 0.95];
const SECONDS = 12;
const NATS_PER_DB = Math.log(10) / 10;
/** How far the room is under the voice, dB. */
const LOUDEST = 15;
const FAINTEST = 60;

/**
 * The noise of rooms and microphones under whole windows. A clip of a corpus begins and ends with its sentence, and around it a
 * window would be of a silence that no room has: a network that has only known that loses a quarter of its accuracy to a noise of
 * -70 dBFS, which nobody hears.
 */
export class RoomNoise {
  /** Mel power, with a mean logarithm of 0. */
  readonly #colours: { power: Float32Array; frames: number }[];

  constructor(rng: Rng) {
    this.#colours = COLOURS.map((colour) => {
      const samples = Float32Array.from({ length: SECONDS * SAMPLE_RATE }, colouredNoise(colour, rng));
      const { mel, frames } = logMel(samples);
      const mean = mel.reduce((sum, value) => sum + value, 0) / mel.length;
      return { power: mel.map((value) => Math.exp(value - mean)), frames };
    });
  }

  /**
   * Adds some room to a window, in place.
   * @param canvas MEL_FRAMES × MEL_BANDS of log mel power, before normalising
   * @param voice the clip in it: the room is 15 to 60 dB under its level
   */
  lay(canvas: Float32Array, { mel, frames }: MelBlock, rng: Rng): void {
    const { power, frames: length } = this.#colours[rng.below(this.#colours.length)]!;
    const gain = Math.exp(windowLevel(mel, frames) - NATS_PER_DB * rng.between(LOUDEST, FAINTEST));
    const from = rng.below(length - MEL_FRAMES) * MEL_BANDS;
    for (let i = 0; i < canvas.length; i++) canvas[i] = Math.log(Math.exp(canvas[i]!) + gain * power[from + i]!);
  }
}
