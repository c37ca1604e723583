import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bothSides, nextSide, shownAs } from '../../src/features/crop-sides.js';
import { FACE_SIZE, type CropSide } from '../../src/features/types.js';

const PIXELS = FACE_SIZE * FACE_SIZE;
const crop = Uint8Array.from({ length: PIXELS }, (_, i) => (i * 7919) % 251);

describe('the way round that crops are shown', () => {
  it('turns left and right round in each row, and nothing else', () => {
    const turned = shownAs(crop, 'mirrored');
    for (const [y, x] of [
      [0, 0],
      [3, 40],
      [47, 46],
    ] as const) {
      expect(turned[y * FACE_SIZE + x]).toBe(crop[y * FACE_SIZE + (FACE_SIZE - 1 - x)]);
    }
    expect(shownAs(turned, 'mirrored')).toEqual(crop);
    expect(shownAs(crop, 'plain')).toBe(crop);
  });

  it('gives a still picture as it is first', () => {
    const both = bothSides(crop);
    expect(both.subarray(0, PIXELS)).toEqual(crop);
    expect(both.subarray(PIXELS)).toEqual(shownAs(crop, 'mirrored'));
  });

  it('keeps both sides as many as the number of crops allows', () => {
    const sides: CropSide[] = [];
    for (let i = 0; i < 5; i++) sides.push(nextSide(sides));
    expect(sides).toEqual(['plain', 'mirrored', 'plain', 'mirrored', 'plain']);
    const any = fc.array(fc.constantFrom<CropSide>('plain', 'mirrored'), { maxLength: 4 });
    fc.assert(
      fc.property(any, (before) => {
        const uneven = (of: readonly CropSide[]) =>
          Math.abs(of.filter((side) => side === 'plain').length - of.filter((side) => side === 'mirrored').length);
        expect(uneven([...before, nextSide(before)])).toBeLessThanOrEqual(Math.max(uneven(before), 1));
      }),
    );
  });
});
