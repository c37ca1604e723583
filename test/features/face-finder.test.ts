import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaceFinder, inputSize, type Picture } from '../../src/features/face-finder.js';
import { astronaut, mapped, scaled, windowOf } from './support/pictures.js';

/** Hand-measured, see test/fixtures/README.md: between the eyes and the mouth, and the width of the face. */
const CENTRE = { x: 224, y: 124 };
const WIDTH = 88;

let finder: FaceFinder;
const face = astronaut();
beforeAll(async () => {
  finder = await FaceFinder.create();
});
afterAll(() => finder.dispose());

function expectFace(picture: Picture, centreX: number, centreY: number, width: number, detail?: 'coarse' | 'fine') {
  const [best, ...others] = finder.find(picture, detail);
  expect(best).toBeDefined();
  expect(others).toEqual([]);
  expect(best!.score).toBeGreaterThan(0.75);
  const tolerance = 0.15 * width;
  expect(Math.abs(best!.x + best!.width / 2 - centreX)).toBeLessThan(tolerance);
  expect(Math.abs(best!.y + best!.height / 2 - centreY)).toBeLessThan(tolerance);
  expect(best!.width / width).toBeGreaterThan(0.8);
  expect(best!.width / width).toBeLessThan(1.25);
}

describe('FaceFinder', () => {
  it('finds the face of a portrait where it is', () => {
    expectFace(face, CENTRE.x, CENTRE.y, WIDTH);
    expectFace(face, CENTRE.x, CENTRE.y, WIDTH, 'fine');
  });

  it.each([
    [320, 320],
    [160, 160],
    [640, 480], // wider than it is high
  ])('finds it in the picture scaled to %i × %i', (width, height) => {
    const sx = width / 512;
    const [best] = finder.find(scaled(face, width, height));
    expect(Math.abs(best!.x + best!.width / 2 - CENTRE.x * sx)).toBeLessThan(0.15 * WIDTH * sx);
    expect(Math.abs(best!.y + best!.height / 2 - (CENTRE.y * height) / 512)).toBeLessThan(
      (0.15 * WIDTH * height) / 512,
    );
  });

  it.each([
    [0, 0, 512, 288],
    [100, -40, 320, 240],
    [-150, -60, 480, 270],
    [60, 20, 200, 356], // upright, as from a phone
  ])('finds it in a window of the picture at (%i, %i), %i × %i', (x, y, width, height) => {
    expectFace(windowOf(face, x, y, width, height), CENTRE.x - x, CENTRE.y - y, WIDTH);
  });

  it.each([0.2, 0.4, 0.7])('finds it with the light at %f', (light) => {
    expectFace(
      mapped(face, (v) => v * light),
      CENTRE.x,
      CENTRE.y,
      WIDTH,
    );
  });

  it('finds a small face when it looks closely', () => {
    const far = windowOf(scaled(face, 256, 256), -350, -80, 640, 360); // the face is 44 of 640 pixels wide
    expectFace(far, 350 + CENTRE.x / 2, 80 + CENTRE.y / 2, WIDTH / 2, 'fine');
  });

  it('keeps no tensors and gives all back at the end', async () => {
    const before = tf.memory().numTensors;
    const another = await FaceFinder.create();
    const loaded = tf.memory().numTensors;
    for (let i = 0; i < 5; i++) another.find(face, i % 2 ? 'fine' : 'coarse');
    expect(tf.memory().numTensors).toBe(loaded);
    another.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(() => another.find(face)).toThrow(/disposed/);
  });
});

describe('inputSize', () => {
  it('takes multiples of the network’s cells, close to the area asked for', () => {
    for (const [width, height] of [
      [320, 180],
      [640, 480],
      [180, 320],
      [1280, 720],
      [1000, 100],
    ] as const) {
      const s = inputSize({ width, height }, 16384);
      expect(s.canvasWidth % 32).toBe(0);
      expect(s.canvasHeight % 32).toBe(0);
      expect(s.contentWidth).toBeLessThanOrEqual(s.canvasWidth);
      expect(s.contentHeight).toBeLessThanOrEqual(s.canvasHeight);
      expect(s.canvasWidth * s.canvasHeight).toBeLessThanOrEqual(2 * 16384);
      expect(Math.abs(s.contentWidth / s.contentHeight / (width / height) - 1)).toBeLessThan(0.03);
    }
  });
});
