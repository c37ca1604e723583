import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printedPages } from '../../bench/faces/scenes.js';
import { overlap } from '../../src/features/blazeface-anchors.js';
import { FaceFinder, type Picture } from '../../src/features/face-finder.js';
import { FaceObserver } from '../../src/features/face-observer.js';
import { resampleRgbInto } from '../../src/features/resample.js';
import { yuvOf } from '../support/yuv.js';
import { astronaut, mapped, picture } from './support/pictures.js';

/** The face of test/fixtures/README.md, as the finder draws it: from the brows to the chin, ear to ear. */
const FACE = { x: 178, y: 78, width: 94, height: 94 };
const CENTRE = { x: FACE.x + FACE.width / 2, y: FACE.y + FACE.height / 2 };

let finder: FaceFinder;
const portrait = astronaut();
beforeAll(async () => {
  finder = await FaceFinder.create();
});
afterAll(() => finder.dispose());

/** A camera's picture in which the face takes `share` of the shorter side. */
function near(from: Picture, width: number, height: number, share: number) {
  const scale = FACE.width / share / Math.min(width, height);
  const [w, h] = [width * scale, height * scale];
  const region = { x: CENTRE.x - w / 2, y: CENTRE.y - h / 2, width: w, height: h };
  const canvas = new Float32Array(width * height * 3);
  resampleRgbInto(canvas, width, from, region, width, height, 1, 0);
  const face = {
    x: (FACE.x - region.x) / w,
    y: (FACE.y - region.y) / h,
    width: FACE.width / w,
    height: FACE.height / h,
  };
  return { picture: { rgb: Uint8Array.from(canvas, Math.round), width, height }, face };
}

const grey = ({ rgb, width, height }: Picture): Picture =>
  picture(width, height, (x, y) => {
    const at = (y * width + x) * 3;
    return Array<number>(3).fill(0.299 * rgb[at]! + 0.587 * rgb[at + 1]! + 0.114 * rgb[at + 2]!);
  });

describe('a person who sits close to the camera', () => {
  const shapes: [string, number, number][] = [
    ['wide', 320, 180],
    ['upright', 180, 320],
    ['nearly square', 160, 120],
    ['square', 160, 160],
  ];
  const looks: [string, Picture][] = [
    ['in colour', portrait],
    ['in grey', grey(portrait)],
    ['in dim light', mapped(portrait, (v) => 0.15 * v)],
    // Flash or sun: what is bright is white, what is dark is black.
    ['in hard light', mapped(portrait, (v) => 2.8 * (v - 60))],
  ];
  const cases = shapes.flatMap(([shape, width, height]) =>
    looks.flatMap(([look, from]) =>
      [0.35, 0.5, 0.8, 0.95, 1.1].map((share) => ({ shape, width, height, look, from, share })),
    ),
  );
  // Half a metre away, until brows and chin are at the border.
  it.each(cases)('is found at once: $shape, $look, the face $share of the shorter side', (of) => {
    const { picture: seen, face } = near(of.from, of.width, of.height, of.share);
    const { box, crop } = new FaceObserver(finder).observe({ ...yuvOf(seen), mediaTime: 1000, arrivalMs: 1000 });
    expect(crop).not.toBeNull();
    expect(overlap(box!, face)).toBeGreaterThan(0.5);
  });

  it('is followed while the face comes from half a metre away until it fills the picture, and back', () => {
    const observer = new FaceObserver(finder);
    for (let i = 0; i <= 80; i++) {
      const share = 0.6 - 0.3 * Math.cos((2 * Math.PI * i) / 80);
      const { picture: seen, face } = near(portrait, 320, 180, share);
      const { box } = observer.observe({ ...yuvOf(seen), mediaTime: 125 * i, arrivalMs: 125 * i });
      expect(box, `share ${share}`).not.toBeNull();
      expect(overlap(box!, face)).toBeGreaterThan(0.5);
    }
  });
});

describe('a close look at what is no face', () => {
  // Each was taken for a face as large as the picture, with scores of 0.68 to 0.86, when the second look was as large as the first.
  it.each([9069, 9159, 9204])('refuses a page of print out of focus (%i)', (number) => {
    const [page] = printedPages(1, number);
    const observer = new FaceObserver(finder);
    expect(finder.find(page!).some(({ score }) => score > 0.68)).toBe(true);
    for (const t of [0, 1000, 2000]) expect(observer.observe({ ...page!, mediaTime: t, arrivalMs: t }).crop).toBeNull();
  });

  it('refuses a large skin-coloured oval with two dark spots', () => {
    const oval = picture(160, 160, (x, y) => {
      const spot = Math.min(Math.hypot(x - 55, y - 60), Math.hypot(x - 105, y - 60)) < 10;
      const inside = ((x - 80) / 62) ** 2 + ((y - 82) / 74) ** 2 < 1;
      return spot ? [40, 30, 30] : inside ? [220, 170, 140] : [90, 100, 110];
    });
    const observer = new FaceObserver(finder);
    for (const t of [0, 1000, 2000]) expect(observer.observe({ ...oval, mediaTime: t, arrivalMs: t }).crop).toBeNull();
  });
});
