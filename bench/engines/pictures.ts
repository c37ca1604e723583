import { readFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { cropFace, cropRegion } from '../../src/features/face-crop.js';
import { FaceFinder } from '../../src/features/face-finder.js';
import { FACE_SIZE } from '../../src/features/types.js';
import { projectFile } from '../support/project-file.js';
import { seeded } from '../support/random.js';
import { CROPS, type Pictures } from './cases.js';

/** The portrait of the test fixtures, and its face cut out a little differently for every crop. */
export async function makePictures(): Promise<Pictures> {
  const { width, height, data } = PNG.sync.read(readFileSync(projectFile('test/fixtures/astronaut.png')));
  const rgb = Uint8Array.from({ length: width * height * 3 }, (_, i) => data[Math.floor(i / 3) * 4 + (i % 3)]!);
  const whole = { rgb, width, height };
  const finder = await FaceFinder.create();
  const [found] = finder.find(whole, 'fine');
  finder.dispose();
  const region = cropRegion(found!);
  const random = seeded(1);
  const shift = (side: number): number => side * 0.1 * (random() - 0.5);
  const crops = new Uint8Array(CROPS * FACE_SIZE * FACE_SIZE);
  for (let i = 0; i < CROPS; i++) {
    const moved = { ...region, x: region.x + shift(region.width), y: region.y + shift(region.height) };
    crops.set(cropFace(whole, moved), i * FACE_SIZE * FACE_SIZE);
  }
  return { whole, crops };
}
