import fc from 'fast-check';
import { expect, it } from 'vitest';
import { coverRect } from '../../client/lib/overlay/box.js';

const FULL = { x: 0, y: 0, width: 1, height: 1 };

it('cuts the sides of a wide picture in a square element', () => {
  // 200 × 100 shown in 100 × 100: its middle half is visible.
  const box = { x: 0.25, y: 0, width: 0.25, height: 0.5 };
  const size = { width: 100, height: 100 };
  expect(coverRect(box, { width: 200, height: 100 }, size, false)).toEqual({ x: 0, y: 0, width: 50, height: 50 });
  expect(coverRect(box, { width: 200, height: 100 }, size, true)).toEqual({ x: 50, y: 0, width: 50, height: 50 });
});

it('shows nothing of a box that is cut away, or before there is a picture', () => {
  const box = { x: 0, y: 0, width: 0.2, height: 1 };
  expect(coverRect(box, { width: 200, height: 100 }, { width: 100, height: 100 }, false)).toBeNull();
  expect(coverRect(box, { width: 0, height: 0 }, { width: 100, height: 100 }, false)).toBeNull();
});

it('stays on the element, covers it with the whole picture, and mirrors symmetrically', () => {
  const size = fc.record({ width: fc.integer({ min: 1, max: 4000 }), height: fc.integer({ min: 1, max: 4000 }) });
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(size, size, part, part, part, part, (picture, element, x, y, w, h) => {
      const full = coverRect(FULL, picture, element, false)!;
      expect(full.width).toBeCloseTo(element.width, 6);
      expect(full.height).toBeCloseTo(element.height, 6);
      const box = { x: x * (1 - w), y: y * (1 - h), width: w, height: h };
      const plain = coverRect(box, picture, element, false);
      const mirrored = coverRect(box, picture, element, true);
      if (!plain || !mirrored) return;
      expect(plain.x).toBeGreaterThanOrEqual(0);
      expect(plain.x + plain.width).toBeLessThanOrEqual(element.width + 1e-6);
      expect(plain.y + plain.height).toBeLessThanOrEqual(element.height + 1e-6);
      expect(mirrored.x).toBeCloseTo(element.width - plain.x - plain.width, 5);
      expect(mirrored.y).toBe(plain.y);
    }),
  );
});
