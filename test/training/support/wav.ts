import { wavHeader } from '../../support/wav-header.js';

/** Samples of a tone with silence at either end, within the seconds. */
export function tone(hz: number, rate = 16_000, seconds = 1, silence = 0.25): Float32Array {
  return Float32Array.from({ length: rate * seconds }, (_, n) => {
    const inside = n >= rate * silence && n < rate * (seconds - silence);
    return inside ? 0.4 * Math.sin((2 * Math.PI * hz * n) / rate) : 0;
  });
}

/** A WAV file: RIFF, 16 bit PCM, mono. */
export function wavFile(values: Float32Array, rate = 16_000): Buffer {
  const samples = Int16Array.from(values, (value) => Math.round(value * 32_767));
  return Buffer.concat([wavHeader(samples.byteLength, rate), Buffer.from(samples.buffer)]);
}
