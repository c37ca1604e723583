import { readFileSync } from 'node:fs';
import { projectFile } from '../../../bench/support/project-file.js';
import type { AudioChunk } from '../../../src/media/types.js';
import { seeded } from './pictures.js';

export const RATE = 16_000;

/** The sentence of test/fixtures/README.md; it is spoken from 0.5 s until 0.5 s before the end. */
export function speech(): Float32Array {
  const file = readFileSync(projectFile('test/fixtures/speech-16k.wav'));
  const at = file.indexOf('data', 12, 'latin1');
  const samples = new Float32Array(file.readUInt32LE(at + 4) / 2);
  for (let i = 0; i < samples.length; i++) samples[i] = file.readInt16LE(at + 8 + 2 * i) / 32768;
  return samples;
}

/** `f` of the time in seconds, between two times; silence elsewhere. */
export function sound(seconds: number, f: (t: number) => number, from = 0, to = seconds): Float32Array {
  return Float32Array.from({ length: seconds * RATE }, (_, i) => (i < from * RATE || i >= to * RATE ? 0 : f(i / RATE)));
}

/** Gaussian white noise of a standard deviation (Box and Muller 1958). */
export function whiteNoise(deviation: number, seed: number): () => number {
  const random = seeded(seed);
  return () => deviation * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Mains hum: the fundamental and its harmonics, as a pulse train, falling by 6 dB an octave. */
export function hum(hz: number, amplitude: number): (t: number) => number {
  return (t) => {
    let sum = 0;
    for (let k = 1; k <= 20; k++) sum += Math.sin(2 * Math.PI * hz * k * t) / k;
    return amplitude * sum;
  };
}

/** Cuts into chunks of 20 ms, or of the sizes given in turn. */
export function chunks(samples: Float32Array, mediaTime: number, sizes: number[] = [320]): AudioChunk[] {
  const out: AudioChunk[] = [];
  for (let at = 0, i = 0; at < samples.length; i++) {
    const piece = samples.slice(at, at + sizes[i % sizes.length]!);
    const time = mediaTime + at / 16;
    out.push({ mediaTime: time, arrivalMs: time + 30, decodedMs: time + 31, samples: piece });
    at += piece.length;
  }
  return out;
}
