import { MEL_SILENCE } from '../features/log-mel.js';
import { MEL_BANDS, MEL_FRAMES } from '../features/types.js';
import { colouredNoise } from './coloured-noise.js';
import { throughOpus } from './opus-coding.js';
import type { Rng } from './rng.js';

/** One clip as another speaker, microphone and room might give it. @param samples 16 kHz, -1..1; not changed */
export function augmentVoice(samples: Float32Array, rng: Rng): Float32Array {
  let out = changeSpeed(samples, rng.between(0.87, 1.15));
  // Gently: with the level normalised away, the slope of the spectrum is what tells a raised voice from a low one.
  if (rng.chance(0.5)) out = tilt(out, rng.between(-0.25, 0.25));
  if (rng.chance(0.15)) out = lowPass(out, rng.between(3000, 7000));
  if (rng.chance(0.25)) addNoise(out, rng.between(12, 40), rng);
  // The level of the window is normalised away, but clipping is not: a microphone that is turned up too far.
  if (rng.chance(0.15)) amplify(out, rng.between(1, 2.5));
  // The corpora here were coded once at 32 kbit/s; a call on a poor line has less.
  if (rng.chance(0.3)) out = throughOpus(out, Math.round(rng.between(10_000, 32_000)));
  return out;
}

/** Plays faster or slower: tempo and pitch change together (Ko et al. 2015). Linear interpolation. */
function changeSpeed(samples: Float32Array, speed: number): Float32Array {
  const out = new Float32Array(Math.floor((samples.length - 1) / speed));
  for (let i = 0; i < out.length; i++) {
    const at = i * speed;
    const floor = Math.floor(at);
    out[i] = samples[floor]! + (samples[floor + 1]! - samples[floor]!) * (at - floor);
  }
  return out;
}

/** A first-order slope over the spectrum: positive favours the treble. */
function tilt(samples: Float32Array, amount: number): Float32Array {
  const out = new Float32Array(samples.length);
  let before = 0;
  for (let i = 0; i < samples.length; i++) {
    out[i] = samples[i]! - amount * before;
    before = samples[i]!;
  }
  return out;
}

/** Two one-pole low passes: a narrow line or a muffled microphone. */
function lowPass(samples: Float32Array, hz: number): Float32Array {
  const share = 1 - Math.exp((-2 * Math.PI * hz) / 16_000);
  const out = new Float32Array(samples.length);
  let first = 0;
  let second = 0;
  for (let i = 0; i < samples.length; i++) {
    first += share * (samples[i]! - first);
    second += share * (first - second);
    out[i] = second;
  }
  return out;
}

/** Brings the loudest sample to so many times full scale, and clips. */
function amplify(samples: Float32Array, times: number): void {
  const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  for (let i = 0; i < samples.length; i++) samples[i] = Math.min(Math.max((samples[i]! * times) / peak, -1), 1);
}

/** White to brownish noise at a signal-to-noise ratio in dB. */
function addNoise(samples: Float32Array, snrDb: number, rng: Rng): void {
  const next = colouredNoise(rng.between(0, 0.95), rng);
  const noise = new Float32Array(samples.length);
  let signalPower = 0;
  let noisePower = 0;
  for (let i = 0; i < samples.length; i++) {
    const value = next();
    noise[i] = value;
    signalPower += samples[i]! * samples[i]!;
    noisePower += value * value;
  }
  const gain = Math.sqrt(signalPower / Math.max(noisePower, 1e-9) / 10 ** (snrDb / 10));
  for (let i = 0; i < samples.length; i++) samples[i]! += gain * noise[i]!;
}

/** SpecAugment (Park et al. 2019): a stretch of time and one of bands are silenced, in place. */
export function maskWindow(window: Float32Array, rng: Rng): void {
  const length = rng.below(40);
  const start = rng.below(MEL_FRAMES - length);
  window.fill(MEL_SILENCE, start * MEL_BANDS, (start + length) * MEL_BANDS);
  const width = rng.below(8);
  const band = rng.below(MEL_BANDS - width);
  for (let frame = 0; frame < MEL_FRAMES; frame++) {
    window.fill(MEL_SILENCE, frame * MEL_BANDS + band, frame * MEL_BANDS + band + width);
  }
}
