import { describe, expect, it } from 'vitest';
import { FaceTracker } from '../../src/features/face-tracker.js';
import { type GreyPlane, greyOf } from '../../src/features/picture.js';
import { type Region, resampleGrey } from '../../src/features/resample.js';
import { yuvOf } from '../support/yuv.js';
import { astronaut, picture, scaled, seeded, windowOf } from './support/pictures.js';

const SIDE = 20;
const REACH = 8;

/** Mean 0, sum of squares 1; null where there is nothing but one grey. */
function normal(values: number[]): number[] | null {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const length = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0));
  return length > SIDE ? values.map((v) => (v - mean) / length) : null;
}

/** Where the face went, by a look at every place, without tables and without a first look nearby. */
function lookEverywhere(
  before: GreyPlane,
  after: GreyPlane,
  box: Region,
): { x: number; y: number; correlation: number } {
  const template = normal([...resampleGrey(before, box, SIDE, SIDE)])!;
  const [cellX, cellY] = [box.width / SIDE, box.height / SIDE];
  const wide = SIDE + 2 * REACH;
  const region = { x: box.x - REACH * cellX, y: box.y - REACH * cellY, width: wide * cellX, height: wide * cellY };
  const grey = resampleGrey(after, region, wide, wide);
  const scores = Array.from({ length: 2 * REACH + 1 }, (_, dy) =>
    Array.from({ length: 2 * REACH + 1 }, (_, dx) => {
      const cells = template.map((_, i) => grey[(dy + Math.floor(i / SIDE)) * wide + dx + (i % SIDE)]!);
      return normal(cells)?.reduce((sum, v, i) => sum + v * template[i]!, 0) ?? 0;
    }),
  );
  const correlation = Math.max(...scores.flat());
  const dy = scores.findIndex((row) => row.includes(correlation));
  const dx = scores[dy]!.indexOf(correlation);
  return { x: box.x + (dx - REACH) * cellX, y: box.y + (dy - REACH) * cellY, correlation };
}

const face = astronaut();
const random = seeded(5);
const within = (low: number, high: number): number => low + random() * (high - low);

describe('the place of a face that moved', () => {
  it.each([
    [90, 51],
    [161, 91],
    [320, 180],
    [640, 359],
  ])('is the one that a look everywhere finds, in pictures of %i × %i', (width, height) => {
    // The face is 88 of the portrait's 512 pixels; it is shown a third to two thirds as high as the picture.
    // A large picture takes long to draw.
    for (let trial = 0; trial < (width > 320 ? 4 : 12); trial++) {
      const side = Math.round(within(0.35, 0.65) * height * (512 / 94));
      const whole = scaled(face, side, side);
      const scale = side / 512;
      // It may reach over any border by a third of it.
      const [size, left, top] = [94 * scale, within(-0.3, 0.9), within(-0.3, 0.7)];
      const at = { x: left * width - 0.3 * size * left, y: top * height };
      const step = within(0, 1) < 0.7 ? 0.12 * size : 0.38 * size;
      const moved = { x: at.x + within(-step, step), y: at.y + within(-step, step) };
      const [before, after] = [at, moved].map(({ x, y }) =>
        greyOf(yuvOf(windowOf(whole, Math.round(178 * scale - x), Math.round(78 * scale - y), width, height))),
      );
      const box = { x: at.x, y: at.y, width: size, height: size };
      const tracker = new FaceTracker();
      if (!tracker.start(before!, box)) continue;
      const followed = tracker.follow(after!);
      const expected = lookEverywhere(before!, after!, box);
      const centre = { x: expected.x + size / 2, y: expected.y + size / 2 };
      // Where the two may differ, at the very limits, nothing is claimed.
      const inside = centre.x > 1 && centre.x < width - 1 && centre.y > 1 && centre.y < height - 1;
      if (expected.correlation < 0.5 || !inside) continue;
      expect(followed).not.toBeNull();
      expect(tracker.correlation).toBeGreaterThanOrEqual(expected.correlation - 1e-4);
      // The top of the parabola is at most half a cell off.
      expect(Math.abs(followed!.x + followed!.width / 2 - centre.x)).toBeLessThanOrEqual((0.5 * size) / SIDE + 1e-6);
      expect(Math.abs(followed!.y + followed!.height / 2 - centre.y)).toBeLessThanOrEqual((0.5 * size) / SIDE + 1e-6);
    }
  });

  it('is found where the same pattern comes again and again', () => {
    // Stripes of many widths: nearby there is always something that is a little like the face.
    const striped = (shift: number) =>
      greyOf(
        picture(320, 180, (x, y) => Array<number>(3).fill(128 + 60 * Math.sin((x - shift) / 4) * Math.sin(y / 5))),
      );
    const tracker = new FaceTracker();
    const box = { x: 120, y: 60, width: 60, height: 60 };
    tracker.start(striped(0), box);
    expect(tracker.follow(striped(5))!.x).toBeCloseTo(125, -0.3);
    expect(tracker.correlation).toBeGreaterThan(0.9);
  });
});
