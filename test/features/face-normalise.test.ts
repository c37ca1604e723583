import { describe, expect, it } from 'vitest';
import { normaliseFaces } from '../../src/features/face-normalise.js';
import { FACE_SIZE } from '../../src/features/types.js';

const PIXELS = FACE_SIZE * FACE_SIZE;
const pattern = (contrast: number, brightness: number): Uint8Array =>
  Uint8Array.from({ length: PIXELS }, (_, i) => brightness + contrast * ((i * 7) % 10));

describe('normalising face crops', () => {
  it('takes light and contrast away', () => {
    const [dark, bright] = [normaliseFaces(pattern(5, 20), 1), normaliseFaces(pattern(10, 120), 1)];
    dark.forEach((value, i) => expect(bright[i]).toBeCloseTo(value, 4));
    const mean = dark.reduce((sum, value) => sum + value, 0) / PIXELS;
    const square = dark.reduce((sum, value) => sum + value * value, 0) / PIXELS;
    expect(mean).toBeCloseTo(0, 4);
    expect(square).toBeCloseTo(1, 3);
  });

  it('does not turn the noise of a flat picture into a face', () => {
    const flat = Uint8Array.from({ length: PIXELS }, (_, i) => 100 + (i % 2));
    expect(Math.max(...normaliseFaces(flat, 1).map(Math.abs))).toBeLessThan(0.1);
    expect(normaliseFaces(new Uint8Array(PIXELS), 1).every((value) => value === 0)).toBe(true);
  });

  it('treats each crop on its own', () => {
    const both = new Uint8Array(2 * PIXELS);
    both.set(pattern(3, 10), 0);
    both.set(pattern(20, 50), PIXELS);
    const together = normaliseFaces(both, 2);
    expect(together.subarray(PIXELS)).toEqual(normaliseFaces(pattern(20, 50), 1));
  });
});
