import { hzToMel, melToHz } from '../common/mel-filterbank.js';
import { MEL_HIGH_HZ, MEL_LOW_HZ } from './log-mel.js';
import { MEL_BANDS } from './types.js';

/** Levels are decibels of mel power summed over the speech band; of a loud sound about its dBFS + 17. */
const FULL_SCALE = 17;
/** The floor of a digitally silent track: the highest signal-to-noise ratio stays finite. */
const LOWEST_FLOOR = FULL_SCALE - 90;
/** Frames of a moving average of power: two periods of 50 Hz hum. */
const SMOOTH = 4;
/** The minimum over FLOOR_PARTS parts of FLOOR_PART frames (1.8 s). */
const FLOOR_PART = 15;
const FLOOR_PARTS = 12;

const LOW_HZ = 200;
const HIGH_HZ = 4000;
/** The mel bands with their centre in the speech band. */
const BANDS = speechBands();

export interface SpeechFigures {
  speechFrames: number;
  /** Of the speech in the block, or of all of it where there is none; dB over the noise floor, 0..60. */
  snrDb: number;
}

/**
 * How far speech is over the noise of its room. The noise floor is the minimum of the smoothed power in the speech band over the
 * last 1.8 s (R. Martin, "Noise power spectral density estimation based on optimal smoothing and minimum statistics", IEEE TSAP
 * 9(5), 2001).
 */
export class NoiseFloor {
  /** Ring of the last SMOOTH frames' powers. */
  readonly #powers = new Float64Array(SMOOTH);
  readonly #minima: number[] = [];
  #partMinimum = Infinity;
  #partFrames = 0;
  /** Until a part is whole the room is taken to be silent. */
  #floor = LOWEST_FLOOR;
  #frame = 0;
  #history = 0;

  /**
   * @param mel frames × MEL_BANDS as LogMelStream gives them
   * @param isSpeech whether somebody speaks in one of them
   */
  measure(mel: Float32Array, frames: number, isSpeech: (frame: number) => boolean): SpeechFigures {
    let speechFrames = 0;
    let speechPower = 0;
    let allPower = 0;
    for (let i = 0; i < frames; i++) {
      const power = this.#smooth(framePower(mel, i * MEL_BANDS));
      this.#follow(10 * Math.log10(power));
      allPower += power;
      if (!isSpeech(i)) continue;
      speechFrames++;
      speechPower += power;
    }
    const mean = speechFrames > 0 ? speechPower / speechFrames : allPower / Math.max(1, frames);
    const snrDb = mean > 0 ? Math.min(60, Math.max(0, 10 * Math.log10(mean) - this.#floor)) : 0;
    return { speechFrames, snrDb };
  }

  /** To be called at a gap in the sound: what comes after is another sound, in the same room. */
  gap(): void {
    this.#history = 0;
  }

  #smooth(power: number): number {
    if (this.#history++ === 0) this.#powers.fill(power);
    this.#powers[this.#frame++ % SMOOTH] = power;
    return this.#powers.reduce((sum, each) => sum + each, 0) / SMOOTH;
  }

  #follow(level: number): void {
    this.#partMinimum = Math.min(this.#partMinimum, level);
    if (++this.#partFrames < FLOOR_PART) return;
    this.#minima.push(this.#partMinimum);
    if (this.#minima.length > FLOOR_PARTS) this.#minima.shift();
    this.#floor = Math.max(LOWEST_FLOOR, Math.min(...this.#minima));
    this.#partMinimum = Infinity;
    this.#partFrames = 0;
  }
}

function framePower(mel: Float32Array, at: number): number {
  let power = 0;
  for (const band of BANDS) power += Math.exp(mel[at + band]!);
  return power;
}

function speechBands(): number[] {
  const low = hzToMel(MEL_LOW_HZ);
  const step = (hzToMel(MEL_HIGH_HZ) - low) / (MEL_BANDS + 1);
  return Array.from({ length: MEL_BANDS }, (_, band) => band).filter((band) => {
    const centre = melToHz(low + (band + 1) * step);
    return centre >= LOW_HZ && centre <= HIGH_HZ;
  });
}
