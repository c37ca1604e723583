import { writeFileSync } from 'node:fs';
import { astronaut, scaled, windowOf } from '../../features/support/pictures.js';
import { speech } from '../../features/support/sounds.js';
import { wavHeader } from '../../support/wav-header.js';
import { writeFilm } from '../../training/support/film.js';

/** The spoken sentence of the fixtures again and again, 16 kHz. */
export function talk(seconds: number): Float32Array {
  const sentence = speech();
  return Float32Array.from({ length: seconds * 16_000 }, (_, i) => sentence[i % sentence.length]!);
}

/** 16 bit PCM. @param samples interleaved where there are several channels */
export function writeWav(path: string, samples: Float32Array, rate = 16_000, channels = 1): string {
  const data = Buffer.alloc(2 * samples.length);
  samples.forEach((sample, i) => data.writeInt16LE(Math.round(32_767 * Math.max(-1, Math.min(1, sample))), 2 * i));
  const header = wavHeader(data.length, rate);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(2 * rate * channels, 28);
  header.writeUInt16LE(2 * channels, 32);
  writeFileSync(path, Buffer.concat([header, data]));
  return path;
}

/** An MP4 of a portrait that moves, in ten pictures a second, and somebody who speaks. */
export async function writeTalk(path: string, seconds: number): Promise<string> {
  const portrait = scaled(astronaut(), 300, 300);
  const places = Array.from({ length: 10 }, (_, i) => windowOf(portrait, -10 + 2 * i, 10, 320, 240));
  const pictures = Array.from({ length: 10 * seconds }, (_, i) => places[Math.abs((i % 18) - 9)]!);
  const said = talk(seconds);
  const sound = Float32Array.from({ length: 3 * said.length }, (_, i) => said[Math.floor(i / 3)]!);
  await writeFilm(path, { pictures, framesPerSecond: 10, sound });
  return path;
}
