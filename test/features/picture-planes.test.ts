import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cropFace } from '../../src/features/face-crop.js';
import { FaceFinder } from '../../src/features/face-finder.js';
import { FaceObserver } from '../../src/features/face-observer.js';
import { greyOf, type Picture } from '../../src/features/picture.js';
import { type Region, resampleGrey, resampleRgbInto } from '../../src/features/resample.js';
import { FACE_SIZE } from '../../src/features/types.js';
import { rgbOf, yuvOf } from '../support/yuv.js';
import { astronaut, frame, picture, scaled, seeded } from './support/pictures.js';
import { referenceResample } from './support/reference-resample.js';

const random = seeded(11);
const within = (low: number, high: number): number => low + random() * (high - low);

/** Smooth colours with noise, none at the ends of the scale: what is beyond them is cut off in RGB and not in luma. */
function anyPicture(width: number, height: number): Picture {
  const [a, b, c] = [within(2, 30), within(2, 30), within(2, 30)];
  return picture(width, height, (x, y) =>
    [Math.sin(x / a!), Math.sin(y / b!), Math.sin((x + y) / c!)].map((v) => 128 + 60 * v + within(-20, 20)),
  );
}

/** Sides odd, tiny and large. */
const SIZES = [
  [1, 1],
  [2, 3],
  [7, 5],
  [31, 18],
  [97, 61],
  [320, 180],
  [641, 359],
] as const;

/** Inside, across each border, all outside, smaller than a pixel, larger than the picture. */
function regionsOf(width: number, height: number): Region[] {
  const any = Array.from({ length: 6 }, () => ({
    x: within(-0.5, 1) * width,
    y: within(-0.5, 1) * height,
    width: within(0.05, 1.2) * width,
    height: within(0.05, 1.2) * height,
  }));
  return [
    ...any,
    { x: 0, y: 0, width, height },
    { x: -2 * width, y: -height, width: 5 * width, height: 3 * height },
    { x: width + 3, y: height + 4, width: 9, height: 9 },
    { x: -30.5, y: -7.25, width: 12, height: 5 },
    { x: width / 2, y: height / 2, width: 0.3, height: 0.2 },
    { x: width - 0.5, y: height - 0.5, width: 20, height: 1.5 },
  ];
}

describe.each(SIZES)('pictures of %i × %i, resampled', (width, height) => {
  it('are what the definition says, grey and colour', () => {
    const p = anyPicture(width, height);
    for (const region of regionsOf(width, height)) {
      for (const [w, h] of [
        [20, 20],
        [5, 9],
        [1, 1],
      ] as const) {
        const expected = referenceResample(p, region, w, h);
        const grey = resampleGrey(greyOf(p), region, w, h);
        const canvas = new Float32Array((w + 2) * h * 3);
        resampleRgbInto(canvas, w + 2, p, region, w, h, 1, 0);
        const worst = expected.map((sample, i) => {
          const at = (Math.floor(i / w) * (w + 2) + (i % w)) * 3;
          const colour = [0, 1, 2].map((c) => Math.abs(canvas[at + c]! - sample[c]!));
          return Math.max(...colour, Math.abs(grey[i]! - sample[3]!));
        });
        expect(Math.max(...worst)).toBeLessThan(0.01);
      }
    }
  });

  it('give the same grey from luma as from the RGB that is made of it, to within its rounding', () => {
    const video = yuvOf(anyPicture(width, height));
    const rgb = rgbOf(video);
    for (const region of regionsOf(width, height)) {
      const fromLuma = resampleGrey(greyOf(video), region, 20, 20);
      const fromRgb = resampleGrey(greyOf(rgb), region, 20, 20);
      // Each of red, green and blue is rounded to whole numbers, by 0.5 at most.
      expect(Math.max(...fromLuma.map((v, i) => Math.abs(v - fromRgb[i]!)))).toBeLessThan(0.6);
    }
  });
});

describe('a picture of a call', () => {
  it('is searched in its true colours', () => {
    const video = yuvOf(scaled(astronaut(), 320, 320));
    const rgb = rgbOf(video);
    const [fromYuv, fromRgb] = [video, rgb].map((p) => {
      const canvas = new Float32Array(96 * 96 * 3);
      resampleRgbInto(canvas, 96, p, { x: 60, y: 10, width: 200, height: 200 }, 96, 96, 1, 0);
      return canvas;
    });
    const differences = fromYuv!.map((v, i) => Math.abs(v - fromRgb![i]!));
    // Colour differences are joined between their samples here, and repeated there.
    expect(differences.reduce((sum, v) => sum + v, 0) / differences.length).toBeLessThan(1);
  });

  it.each([
    ['black', 16, 0],
    ['white', 235, 255],
    ['blacker than black', 3, 0],
    ['whiter than white', 250, 255],
  ])('that is %s gives a crop of its grey', (_, luma, grey) => {
    const video = { width: 40, height: 30, yuv: new Uint8Array(40 * 30 * 1.5).fill(128).fill(luma, 0, 1200) };
    expect([...cropFace(video, { x: -5, y: 3, width: 30, height: 30 })]).toEqual(
      Array<number>(FACE_SIZE * FACE_SIZE).fill(grey),
    );
  });

  describe('with a face', () => {
    let finder: FaceFinder;
    beforeAll(async () => {
      finder = await FaceFinder.create();
    });
    afterAll(() => {
      finder.dispose();
    });

    it('gives the box, the crop and the quality that its RGB gives', () => {
      for (const side of [200, 301, 512]) {
        const video = yuvOf(scaled(astronaut(), side, side));
        const live = new FaceObserver(finder).observe({ ...video, mediaTime: 1000, arrivalMs: 1000 });
        const offline = new FaceObserver(finder).observe(frame(rgbOf(video), 1000));
        expect(live.faces).toBe(1);
        for (const part of ['x', 'y', 'width', 'height'] as const) {
          expect(Math.abs(live.box![part] - offline.box![part])).toBeLessThan(0.01 * offline.box!.width);
        }
        expect(Math.abs(live.score - offline.score)).toBeLessThan(0.02);
        live.quality.forEach((q, i) => {
          expect(Math.abs(q - offline.quality[i]!)).toBeLessThan(0.02);
        });
        const differences = live.crop!.map((v, i) => Math.abs(v - offline.crop![i]!));
        expect(differences.reduce((sum, v) => sum + v, 0) / differences.length).toBeLessThan(1.5);
      }
    });
  });
});
