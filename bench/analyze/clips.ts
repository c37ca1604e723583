import { join } from 'node:path';
import { astronaut, scaled, windowOf } from '../../test/features/support/pictures.js';
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

/**
 * Clips of one portrait that moves at 30 pictures a second, and of somebody who speaks all the time: 720p and 360p in H.264 and AAC,
 * and the sound alone.
 */
export async function makeClips(folder: string, seconds: number): Promise<Clip[]> {
  const said = talk(seconds);
  const sound = Float32Array.from({ length: 3 * said.length }, (_, i) => said[Math.floor(i / 3)]!);
  const clips: Clip[] = [];
  for (const [name, width, height] of [
    ['720p', 1280, 720],
    ['360p', 640, 360],
  ] as const) {
    const portrait = scaled(astronaut(), height, height);
    const places = Array.from({ length: DIFFERENT }, (_, i) =>
      windowOf(portrait, -Math.round((width - height) / 2) + i * Math.round(height / 180), 0, width, height),
    );
    const pictures = Array.from({ length: RATE * seconds }, (_, i) => {
      return places[Math.abs((i % (2 * DIFFERENT - 2)) - DIFFERENT + 1)]!;
    });
    const path = join(folder, `${name}.mp4`);
    await writeFilm(path, { pictures, framesPerSecond: RATE, sound });
    clips.push({ name, path, seconds });
  }
  clips.push({ name: 'sound alone', path: writeWav(join(folder, 'sound.wav'), said), seconds });
  return clips;
}
