import { logMel, SAMPLE_RATE, windowLevel, type MelBlock } from '../features/log-mel.js';
import { MEL_BANDS, MEL_FRAMES } from '../features/types.js';
import { colouredNoise } from './coloured-noise.js';
import type { Rng } from './rng.js';

/** From white to brownish. */
const COLOURS = [0, 0.3, 0.6, 0.8, 0.95];
const SECONDS = 12;
const NATS_PER_DB = Math.log(10) / 10;
/** How far a room is under the voice, dB, from the loudest on. */
export const ROOMS_UNDER = [15, 60] as const;
/** Of rooms as loud as one of -45 dBFS is for somebody who speaks softly or far from the microphone. */
export const LOUD_ROOMS_UNDER = [0, 20] as const;

/** Mel power of some seconds, with a mean logarithm of 0. */
interface NoiseColour {
  power: Float32Array;
  frames: number;
}

/** Of each colour a stretch. */
export function noiseOfRooms(rng: Rng): NoiseColour[] {
  return COLOURS.map((colour) => {
    const samples = Float32Array.from({ length: SECONDS * SAMPLE_RATE }, colouredNoise(colour, rng));
    const { mel, frames } = logMel(samples);
    const mean = mel.reduce((sum, value) => sum + value, 0) / mel.length;
    return { power: mel.map((value) => Math.exp(value - mean)), frames };
  });
}

/**
 * The noise of rooms and microphones under whole windows. A clip of a corpus begins and ends with its sentence, and around it a
 * window would be of a silence that no room has: a network that has only known that loses a quarter of its accuracy to a noise of
 * -70 dBFS, which nobody hears.
 */
export class RoomNoise {
  readonly #colours: NoiseColour[];

  constructor(rng: Rng) {
    this.#colours = noiseOfRooms(rng);
  }

  /**
   * Adds some room to a window, in place.
   * @param canvas MEL_FRAMES × MEL_BANDS of log mel power, before normalising
   * @param voice the clip in it: the room is ROOMS_UNDER its level
   */
  lay(canvas: Float32Array, { mel, frames }: MelBlock, rng: Rng): void {
    const { power, frames: length } = this.#colours[rng.below(this.#colours.length)]!;
    const gain = Math.exp(windowLevel(mel, frames) - NATS_PER_DB * rng.between(...ROOMS_UNDER));
    const from = rng.below(length - MEL_FRAMES) * MEL_BANDS;
    for (let i = 0; i < canvas.length; i++) canvas[i] = Math.log(Math.exp(canvas[i]!) + gain * power[from + i]!);
  }
}

/** Samples of a stretch by which a voice's level is told: 25 ms. */
const STRETCH = 400;

/**
 * The same in the waveform: the noise of a room under all of a sound, in place.
 * @param voice that is in it, samples @param under how far the room is under its loud stretches, dB, from the loudest on
 */
export function addRoom(
  sound: Float32Array,
  voice: Float32Array,
  rng: Rng,
  under: readonly [number, number] = ROOMS_UNDER,
): void {
  const next = colouredNoise(COLOURS[rng.below(COLOURS.length)]!, rng);
  const noise = Float32Array.from(sound, next);
  const level = loudStretch(voice) * 10 ** (-rng.between(...under) / 20);
  const gain = level / Math.max(rms(noise), 1e-9);
  for (let i = 0; i < sound.length; i++) sound[i] = Math.min(Math.max(sound[i]! + gain * noise[i]!, -1), 1);
}

/** The level that one stretch in twenty is above. */
function loudStretch(voice: Float32Array): number {
  const levels = Array.from({ length: Math.max(1, Math.floor(voice.length / STRETCH)) }, (_, i) =>
    rms(voice.subarray(i * STRETCH, (i + 1) * STRETCH)),
  );
  return levels.sort((a, b) => a - b)[Math.floor(0.95 * levels.length)]!;
}

const rms = (samples: Float32Array): number =>
  Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / Math.max(samples.length, 1));
