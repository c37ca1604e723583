import { MEL_BANDS, MEL_HOP_MS } from './types.js';

/** What is looked at: the trailing 2 s, in steps of 20 ms and 16 groups of bands. */
const SPAN_MS = 2000;
const STEP = 2;
const GROUPS = 16;
const BANDS_PER_GROUP = MEL_BANDS / GROUPS;
const STEPS = SPAN_MS / MEL_HOP_MS / STEP;
/** Nats (13 dB) under the loudest: what is quieter counts as silence. */
const RANGE = 3;
/** Notes of laughter follow each other within 120 to 450 ms. */
const SHORTEST = 120 / MEL_HOP_MS / STEP;
const LONGEST = Math.floor(450 / MEL_HOP_MS / STEP);
/** How far the likeness one note later stands out over that between the notes. */
const CONTRAST = 0.5;

/**
 * Whether sound repeats itself as laughter does: like notes at regular times, some 210 ms from one to the next (R. R. Provine, Y. L.
 * Yong, "Laughter: a stereotyped human vocalization", Ethology 89, 1991). A voice activity model takes them for speech, for they
 * are voiced; but syllables of speech follow each other no less quickly and are unlike. What is measured is the autocorrelation of
 * the log-mel spectrum: how much its highest peak stands out over the lowest value before it.
 * @param mel frames × MEL_BANDS as LogMelStream gives them; the newest two seconds are used
 */
export function isLaughter(mel: Float32Array, frames: number): boolean {
  const spectrum = coarse(mel, frames);
  const energy = energySoFar(spectrum);
  let lowest = 1;
  let [before, here] = [1, 1];
  for (let lag = 1; lag <= LONGEST + 1; lag++) {
    const next = likeness(spectrum, energy, lag);
    // A peak one lag ago.
    if (lag - 1 >= SHORTEST && here > before && here >= next && here - lowest >= CONTRAST) return true;
    lowest = Math.min(lowest, next);
    [before, here] = [here, next];
  }
  return false;
}

/** STEPS × GROUPS, silence in front where there are fewer frames; each group's mean is 0. */
function coarse(mel: Float32Array, frames: number): Float32Array {
  const out = new Float32Array(STEPS * GROUPS).fill(-Infinity);
  const used = Math.min(STEPS, Math.floor(frames / STEP));
  let loudest = -Infinity;
  for (let step = 0; step < used; step++) {
    const from = (frames - (used - step) * STEP) * MEL_BANDS;
    for (let group = 0; group < GROUPS; group++) {
      let sum = 0;
      for (let frame = 0; frame < STEP; frame++) {
        const at = from + frame * MEL_BANDS + group * BANDS_PER_GROUP;
        for (let band = 0; band < BANDS_PER_GROUP; band++) sum += mel[at + band]!;
      }
      const level = sum / STEP / BANDS_PER_GROUP;
      out[(STEPS - used + step) * GROUPS + group] = level;
      loudest = Math.max(loudest, level);
    }
  }
  for (let group = 0; group < GROUPS; group++) {
    let mean = 0;
    for (let i = group; i < out.length; i += GROUPS) mean += (out[i] = Math.max(out[i]!, loudest - RANGE)) / STEPS;
    for (let i = group; i < out.length; i += GROUPS) out[i]! -= mean;
  }
  return out;
}

/** STEPS + 1: the sum of the squares before each step. */
function energySoFar(spectrum: Float32Array): Float64Array {
  const out = new Float64Array(STEPS + 1);
  for (let step = 0; step < STEPS; step++) {
    let sum = 0;
    for (let i = step * GROUPS; i < (step + 1) * GROUPS; i++) sum += spectrum[i]! * spectrum[i]!;
    out[step + 1] = out[step]! + sum;
  }
  return out;
}

/** Normalised autocorrelation at a lag in steps, -1..1. */
function likeness(spectrum: Float32Array, energy: Float64Array, lag: number): number {
  const shift = lag * GROUPS;
  let product = 0;
  for (let i = shift; i < spectrum.length; i++) product += spectrum[i - shift]! * spectrum[i]!;
  const early = energy[STEPS - lag]!;
  const late = energy[STEPS]! - energy[lag]!;
  return product / Math.sqrt(early * late + 1e-9);
}
