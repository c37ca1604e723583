import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Picture } from '../../../src/features/picture.js';
import { pictureOfFile } from '../../support/picture-file.js';
import { astronaut, scaled, windowOf } from './pictures.js';

/** Side of a portrait, pixels. */
export const SIDE = 180;
const [WIDTH, HEIGHT] = [640, 360];
/** Of the picture of many faces: where they begin, and their distance, pixels. */
const [TILES_TOP, TILE, ROW] = [283, 106.67, 112.6];

export type Person = 'ada' | 'ben' | 'cleo' | 'dan';

/**
 * Portraits of four people: the astronaut of the fixtures, and three that are to be seen in a picture of the documentation of
 * @vladmandic/human (MIT), read from the installed package; of one of them there are two photographs.
 */
export function portraits(): Record<Person | 'benElsewhere', Picture> {
  const human = dirname(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')));
  const many = pictureOfFile(join(human, 'assets', 'screenshot-facematch.jpg'));
  const tile = (row: number, column: number): Picture =>
    scaled(windowOf(many, Math.round(column * TILE) + 1, Math.round(TILES_TOP + row * ROW) + 1, 104, 104), SIDE, SIDE);
  return {
    ada: scaled(windowOf(astronaut(), 110, 10, 230, 230), SIDE, SIDE),
    ben: tile(0, 2),
    benElsewhere: tile(0, 5),
    cleo: tile(1, 12),
    dan: tile(2, 12),
  };
}

/** A portrait and its left upper corner in the scene. */
export interface Placed {
  portrait: Picture;
  x: number;
  y: number;
}

/** A picture of 640 × 360 with portraits in it, later ones in front. */
export function scene(placed: readonly Placed[]): Picture {
  const rgb = new Uint8Array(WIDTH * HEIGHT * 3).fill(110);
  for (const { portrait, x, y } of placed) {
    for (let row = 0; row < portrait.height; row++) {
      const to = Math.round(y) + row;
      if (to < 0 || to >= HEIGHT) continue;
      const left = Math.round(x);
      const [from, end] = [Math.max(0, -left), Math.min(portrait.width, WIDTH - left)];
      if (from >= end) continue;
      const at = row * portrait.width;
      rgb.set(portrait.rgb.subarray((at + from) * 3, (at + end) * 3), (to * WIDTH + left + from) * 3);
    }
  }
  return { rgb, width: WIDTH, height: HEIGHT };
}

/** Whether a box in fractions of the scene is on this portrait. */
export function isOn(
  { portrait, x, y }: Placed,
  box: { x: number; y: number; width: number; height: number },
): boolean {
  const [centreX, centreY] = [(box.x + box.width / 2) * WIDTH, (box.y + box.height / 2) * HEIGHT];
  return centreX > x && centreX < x + portrait.width && centreY > y && centreY < y + portrait.height;
}
