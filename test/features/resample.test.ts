import { describe, expect, it } from 'vitest';
import { greyOf } from '../../src/features/picture.js';
import { resampleGrey, resampleRgbInto } from '../../src/features/resample.js';
import { picture } from './support/pictures.js';

const grey = (values: number[][]) => picture(values[0]!.length, values.length, (x, y) => Array(3).fill(values[y]![x]!));

describe('resampleGrey', () => {
  it('keeps a picture that is asked for at its own size', () => {
    const p = grey([
      [0, 10, 20],
      [30, 40, 250],
    ]);
    const out = resampleGrey(greyOf(p), { x: 0, y: 0, width: 3, height: 2 }, 3, 2);
    [0, 10, 20, 30, 40, 250].forEach((v, i) => expect(out[i]).toBeCloseTo(v, 3));
  });

  it('averages the area of every output pixel when minifying, fractions included', () => {
    const p = grey([[0, 100, 200]]);
    const out = resampleGrey(greyOf(p), { x: 0, y: 0, width: 3, height: 1 }, 2, 1);
    // Each output covers 1.5 inputs: (0 + 100/2) / 1.5 and (100/2 + 200) / 1.5.
    expect(out[0]).toBeCloseTo(50 / 1.5, 3);
    expect(out[1]).toBeCloseTo(250 / 1.5, 3);
  });

  it('blends neighbours when magnifying, and repeats the border', () => {
    const p = grey([[0, 100]]);
    const out = resampleGrey(greyOf(p), { x: 0, y: 0, width: 2, height: 1 }, 4, 1);
    [0, 25, 75, 100].forEach((v, i) => expect(out[i]).toBeCloseTo(v, 3));
  });

  it('repeats the border outside the picture', () => {
    const p = grey([[7, 9]]);
    const out = resampleGrey(greyOf(p), { x: -2, y: -3, width: 6, height: 6 }, 6, 6);
    expect([...out.slice(0, 6)].map(Math.round)).toEqual([7, 7, 7, 9, 9, 9]);
    expect([...out.slice(30)].map(Math.round)).toEqual([7, 7, 7, 9, 9, 9]);
  });

  it('weighs colours as BT.601 luma does', () => {
    const p = picture(1, 1, () => [200, 100, 50]);
    const out = resampleGrey(greyOf(p), { x: 0, y: 0, width: 1, height: 1 }, 1, 1);
    expect(out[0]).toBeCloseTo(0.299 * 200 + 0.587 * 100 + 0.114 * 50, 3);
  });

  it('keeps the mean of a picture minified by any factor', () => {
    const p = picture(97, 61, (x, y) => Array(3).fill((x * 31 + y * 17) % 256));
    const mean = (a: ArrayLike<number>) => Array.from(a).reduce((s, v) => s + v, 0) / a.length;
    const full = mean(p.rgb);
    for (const [w, h] of [
      [48, 48],
      [13, 7],
      [1, 1],
    ] as const) {
      expect(mean(resampleGrey(greyOf(p), { x: 0, y: 0, width: 97, height: 61 }, w, h))).toBeCloseTo(full, 1);
    }
  });
});

describe('resampleRgbInto', () => {
  it('writes the mapped colours into the corner of the canvas only', () => {
    const p = picture(2, 2, (x, y) => [x * 255, y * 255, 51]);
    const canvas = new Float32Array(4 * 3 * 3).fill(9);
    resampleRgbInto(canvas, 4, p, { x: 0, y: 0, width: 2, height: 2 }, 2, 2, 1 / 127.5, -1);
    const at = (x: number, y: number) => [...canvas.slice((y * 4 + x) * 3, (y * 4 + x) * 3 + 3)];
    [-1, -1, -0.6].forEach((v, i) => expect(at(0, 0)[i]).toBeCloseTo(v, 5));
    [1, 1, -0.6].forEach((v, i) => expect(at(1, 1)[i]).toBeCloseTo(v, 5));
    expect(at(2, 0)).toEqual([9, 9, 9]);
    expect(at(0, 2)).toEqual([9, 9, 9]);
  });
});
