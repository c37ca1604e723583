import { describe, expect, it } from 'vitest';
import { BLAZEFACE_VALUES, blend, decodeMap, overlap, type Detection } from '../../src/features/blazeface-anchors.js';

const box = (x: number, y: number, side: number, score = 0.9): Detection => ({
  x,
  y,
  width: side,
  height: side,
  score,
});

describe('decodeMap', () => {
  it('places a box by the centre of its cell and its offsets, all in input pixels', () => {
    const map = { stride: 16, anchors: 2 };
    const scores = new Float32Array(3 * 2 * 2).fill(-10); // 3 columns, 2 rows, 2 anchors
    const boxes = new Float32Array(scores.length * BLAZEFACE_VALUES);
    const index = (1 * 3 + 2) * 2 + 1; // row 1, column 2, second anchor
    scores[index] = 0;
    boxes.set([4, -2, 30, 20], index * BLAZEFACE_VALUES);
    // Cell centre (40, 24), box centre (44, 22).
    expect(decodeMap(scores, boxes, 3, map, 0.5)).toEqual([{ x: 29, y: 12, width: 30, height: 20, score: 0.5 }]);
  });

  it('drops scores that are too low or not numbers, and boxes without an area', () => {
    const map = { stride: 16, anchors: 1 };
    const boxes = new Float32Array(3 * BLAZEFACE_VALUES).fill(10);
    boxes[2 * BLAZEFACE_VALUES + 2] = -5;
    expect(decodeMap([NaN, -0.1, 8], boxes, 3, map, 0.5)).toEqual([]);
  });
});

describe('overlap', () => {
  it('is the common area over the joint area', () => {
    expect(overlap(box(0, 0, 2), box(1, 0, 2))).toBeCloseTo(1 / 3);
    expect(overlap(box(0, 0, 2), box(0, 0, 2))).toBe(1);
    expect(overlap(box(0, 0, 2), box(2, 0, 2))).toBe(0);
  });
});

describe('blend', () => {
  it('merges overlapping boxes into their score-weighted mean and keeps the others apart', () => {
    const [first, second, ...none] = blend([box(100, 100, 50, 0.5), box(0, 0, 10, 0.9), box(1, 0, 10, 0.3)], 0.3);
    expect(first).toMatchObject({ score: 0.9, x: 0.25, y: 0, width: 10 });
    expect(second).toMatchObject({ score: 0.5, x: 100 });
    expect(none).toEqual([]);
  });
});
