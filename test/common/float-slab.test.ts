import { expect, it } from 'vitest';
import { FloatSlab } from '../../src/common/float-slab.js';

it('cuts pieces that are zero, of the length asked for, and never share memory', () => {
  const slab = new FloatSlab(100);
  const lengths = [30, 0, 70, 1, 99, 100, 101, 60, 60];
  const pieces = lengths.map((length, i) => {
    const piece = slab.take(length);
    expect([...piece]).toEqual(new Array<number>(length).fill(0));
    return piece.fill(i + 1);
  });
  pieces.forEach((piece, i) => expect([...piece]).toEqual(new Array<number>(lengths[i]!).fill(i + 1)));
});
