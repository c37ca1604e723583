import { join } from 'node:path';
import type { Picture } from '../../src/features/picture.js';
import { astronaut, scaled, windowOf } from '../../test/features/support/pictures.js';
import { portraits, scene } from '../../test/features/support/several.js';
import { talk, writeWav } from '../../test/files/support/clips.js';
import { writeFilm } from '../../test/training/support/film.js';

export interface Clip {
  name: string;
  path: string;
  seconds: number;
}

const RATE = 30;
/** Pictures go to one side and back, again and again: so many of them are different. */
const DIFFERENT = 30;
/** Of somebody whose clip has others beside them in 360p, pixels. */
const SIDE = 150;

/**
 * Clips of one portrait that moves at 30 pictures a second, and of somebody who speaks all the time: 720p and 360p in H.264 and AAC,
 * and the sound alone.
 */
export async function makeClips(folder: string, seconds: number): Promise<Clip[]> {
  const clips: Clip[] = [];
  for (const [name, width, height] of [
    ['720p', 1280, 720],
    ['360p', 640, 360],
  ] as const) {
    const portrait = scaled(astronaut(), height, height);
    const at = (i: number) =>
      windowOf(portrait, -Math.round((width - height) / 2) + i * Math.round(height / 180), 0, width, height);
    clips.push(await film(folder, name, seconds, at));
  }
  clips.push({ name: 'sound alone', path: writeWav(join(folder, 'sound.wav'), talk(seconds)), seconds });
  return clips;
}

/** Clips in 360p that differ in nothing but in how many people are seen, who move side by side; and somebody speaks. */
export function makeClipsOfSeveral(folder: string, seconds: number, counts: readonly number[]): Promise<Clip[]> {
  const { ada, ben, cleo, dan } = portraits();
  const people = [ada, ben, cleo, dan].map((portrait) => scaled(portrait, SIDE, SIDE));
  return Promise.all(
    counts.map((count) => {
      const at = (i: number) =>
        scene(people.slice(0, count).map((portrait, n) => ({ portrait, x: 8 + 158 * n, y: 90 + 2 * i })));
      return film(folder, `${String(count)} ${count === 1 ? 'face' : 'faces'}`, seconds, at);
    }),
  );
}

/** @param at the picture of a place on the way, from 0 */
async function film(folder: string, name: string, seconds: number, at: (place: number) => Picture): Promise<Clip> {
  const said = talk(seconds);
  const sound = Float32Array.from({ length: 3 * said.length }, (_, i) => said[Math.floor(i / 3)]!);
  const places = Array.from({ length: DIFFERENT }, (_, i) => at(i));
  const pictures = Array.from({ length: RATE * seconds }, (_, i) => {
    return places[Math.abs((i % (2 * DIFFERENT - 2)) - DIFFERENT + 1)]!;
  });
  const path = join(folder, `${name}.mp4`);
  await writeFilm(path, { pictures, framesPerSecond: RATE, sound });
  return { name, path, seconds };
}
