import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { overlap } from '../../src/features/blazeface-anchors.js';
import { FaceFinder, type Picture } from '../../src/features/face-finder.js';
import { FaceObserver } from '../../src/features/face-observer.js';
import { silentMeter } from '../../src/common/metrics.js';
import { TokenBucket } from '../../src/common/token-bucket.js';
import { FACE_QUALITY, FACE_SIZE } from '../../src/features/types.js';
import { yuvOf } from '../support/yuv.js';
import { astronaut, frame, mapped, picture, pixel, scaled, seeded, windowOf } from './support/pictures.js';

let finder: FaceFinder;
let searches: number[] = [];
const face = astronaut();
const quarter = scaled(face, 256, 256);
const narrow = scaled(face, 240, 256);
beforeAll(async () => {
  finder = await FaceFinder.create();
  const find = finder.find.bind(finder);
  finder.find = (p, detail, region) => {
    if (!region) searches.push((p as { mediaTime?: number }).mediaTime ?? NaN);
    return find(p, detail, region);
  };
});
afterAll(() => finder.dispose());

const show = (observer: FaceObserver, p: Picture, times: number[]) => times.map((t) => observer.observe(frame(p, t)));
const every200 = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i * 200);

describe('FaceObserver', () => {
  it('sees the face of a portrait, crops it and tells its quality', () => {
    const o = new FaceObserver(finder).observe(frame(face, 1000));
    expect(o.crop).toHaveLength(FACE_SIZE * FACE_SIZE);
    expect(o.faces).toBe(1);
    expect(o.score).toBeGreaterThan(0.75);
    // Eyes, nose and mouth as measured by hand are inside the box, and the box is on the picture's upper half.
    for (const [x, y] of [
      [204, 101],
      [246, 103],
      [225, 127],
      [223, 146],
    ] as const) {
      expect(x / 512).toBeGreaterThan(o.box!.x);
      expect(x / 512).toBeLessThan(o.box!.x + o.box!.width);
      expect(y / 512).toBeGreaterThan(o.box!.y);
      expect(y / 512).toBeLessThan(o.box!.y + o.box!.height);
    }
    expect(o.box!.width).toBeLessThan(0.3);
    expect(o.quality).toHaveLength(FACE_QUALITY.length);
    for (const q of o.quality) {
      expect(q).toBeGreaterThan(0.3);
      expect(q).toBeLessThanOrEqual(1);
    }
  });

  it('waits its turn where many faces are to be found, and is found with a later picture', () => {
    let now = 0;
    const budget = new TokenBucket(1, 2, () => now);
    const [one, other] = [0, 1].map(() => new FaceObserver(finder, {}, silentMeter, budget));
    const sees = (observer: FaceObserver) => observer.observe(frame(quarter, 1000 + now)).crop !== null;
    expect([sees(one!), sees(other!)]).toEqual([true, false]);
    now = 200;
    expect([sees(one!), sees(other!)]).toEqual([true, false]);
    now = 600;
    expect([sees(one!), sees(other!)]).toEqual([true, true]);
  });

  it('searches once a second and follows in between, every eight seconds while nothing changes', () => {
    searches = [];
    const still = show(new FaceObserver(finder), quarter, every200(5000, 45));
    expect(still.every((o) => o.crop !== null)).toBe(true);
    expect(searches).toEqual([5000, 13_000]);
    searches = [];
    const observer = new FaceObserver(finder);
    const changing = every200(5000, 16).map((t, i) => {
      // Every other picture a microphone hides the chin.
      const hidden = (x: number, y: number) => i % 2 === 1 && y > 165 && y < 200 && x > 150 && x < 300;
      const p = picture(512, 512, (x, y) => (hidden(x, y) ? [10, 10, 10] : pixel(face, x, y)));
      return observer.observe(frame(p, t));
    });
    expect(changing.every((o) => o.crop !== null)).toBe(true);
    expect(searches).toEqual([5000, 6000, 7000, 8000]);
  });

  it('follows the face while the picture pans between two searches', () => {
    searches = [];
    const observer = new FaceObserver(finder);
    const boxes = [0, 1, 2, 3, 4].map((i) => {
      const p = windowOf(quarter, 12 * i, 0, 240, 180);
      return observer.observe(frame(p, 1000 + i * 200)).box!;
    });
    expect(searches).toEqual([1000]);
    boxes.forEach((b, i) => expect((boxes[0]!.x - b.x) * 240).toBeCloseTo(12 * i, -0.7));
  });

  it('forgets the face when the picture turns black, and finds it again', () => {
    searches = [];
    const observer = new FaceObserver(finder);
    show(observer, quarter, [1000, 1200]);
    const black = picture(256, 256, () => [0, 0, 0]);
    const after = show(observer, black, every200(1400, 10));
    expect(after.every((o) => o.crop === null && o.box === null && o.faces === 0)).toBe(true);
    expect(searches).toEqual([1000]); // a closed shutter is not searched

    expect(observer.observe(frame(quarter, 3400)).crop).not.toBeNull();
  });

  it('looks again at once when the face is lost, but not again and again', () => {
    searches = [];
    const observer = new FaceObserver(finder);
    show(observer, quarter, [1000, 1200]);
    const wall = picture(256, 256, (x, y) => [x, y, 128]);
    const after = show(observer, wall, every200(1400, 10));
    expect(after.every((o) => o.crop === null)).toBe(true);
    expect(searches).toEqual([1000, 1400, 2400]);
  });

  it.each<[string, (t: number) => { dx: number; dy: number; zoom: number }]>([
    ['sways', (t) => ({ dx: 12 * Math.sin(0.8 * t), dy: 6 * Math.sin(1.6 * t), zoom: 1 })],
    ['leans to and fro', (t) => ({ dx: 0, dy: 0, zoom: 1 + 0.25 * Math.sin(0.4 * t) })],
    ['walks about', (t) => ({ dx: 70 * Math.sin(0.6 * t), dy: 8 * Math.sin(3 * t), zoom: 1 + 0.1 * Math.sin(t) })],
    ['nods', (t) => ({ dx: 3 * Math.sin(5 * t), dy: 10 * Math.sin(4 * t), zoom: 1 })],
  ])('keeps to the face of a person who %s, with few searches', (_, moved) => {
    searches = [];
    const observer = new FaceObserver(finder);
    for (let i = 0; i < 8 * 20; i++) {
      const { dx, dy, zoom } = moved(i / 8);
      // Portrait pixels per pixel; the middle of the face, (225, 125), is at (160 + dx, 75 + dy).
      const scale = 300 / 180 / zoom;
      const at = (v: number): number => Math.min(511, Math.max(0, Math.round(v)));
      const p = picture(320, 180, (x, y) =>
        pixel(face, at((x - 160 - dx) * scale + 225), at((y - 75 - dy) * scale + 125)),
      );
      const { box } = observer.observe({ ...yuvOf(p), mediaTime: 125 * i, arrivalMs: 125 * i });
      const truth = { x: 160 + dx - 47 / scale, y: 75 + dy - 47 / scale, width: 94 / scale, height: 94 / scale };
      const found = { x: box!.x * 320, y: box!.y * 180, width: box!.width * 320, height: box!.height * 180 };
      expect(overlap(found, truth)).toBeGreaterThan(0.65);
    }
    expect(searches.length).toBeLessThan(8);
  });

  it('keeps to one face of two, and takes the larger to begin with', () => {
    // A large one left, a smaller one right; then the smaller becomes a little larger than the other.
    const two = (left: number, right: number) => {
      const a = windowOf(scaled(face, left, left), 0, 0, 320, 240);
      const b = scaled(face, right, right);
      const from = 320 - Math.round(right * 0.62);
      return picture(320, 240, (x, y) => {
        const source = x >= from ? windowRow(b, x - from + Math.round(right * 0.24), y) : null;
        return source ?? [...a.rgb.subarray((y * 320 + x) * 3, (y * 320 + x) * 3 + 3)];
      });
    };
    const observer = new FaceObserver(finder);
    const first = observer.observe(frame(two(300, 230), 1000));
    expect(first.faces).toBe(2);
    expect(first.box!.x).toBeLessThan(0.5);
    const kept = observer.observe(frame(two(280, 300), 2000));
    expect(kept.faces).toBe(2);
    expect(kept.box!.x).toBeLessThan(0.5);
  });

  it('sees a face far from the camera within a few searches, and then keeps it', () => {
    const far = windowOf(scaled(face, 200, 200), -400, -100, 640, 360); // 34 of 640 pixels
    const seen = show(new FaceObserver(finder), far, every200(1000, 30));
    const first = seen.findIndex((o) => o.crop !== null);
    expect(first).toBeGreaterThanOrEqual(0);
    expect(first).toBeLessThanOrEqual(10);
    expect(seen.slice(first).every((o) => o.crop !== null)).toBe(true);
  });

  it('grows darker and softer in its quality figures with the picture', () => {
    const quality = (p: Picture) => new FaceObserver(finder).observe(frame(p, 1000)).quality;
    const [, light, contrast, sharpness] = quality(face);
    const [, darkLight, darkContrast] = quality(mapped(face, (v) => 0.2 * v));
    const [nearSize] = quality(scaled(face, 340, 340));
    const [farSize] = quality(scaled(face, 170, 170));
    const [, , , softSharpness] = quality(scaled(scaled(face, 96, 96), 512, 512));
    expect(farSize! / nearSize!).toBeCloseTo(0.5, 1);
    expect(darkLight!).toBeLessThan(0.5 * light!);
    expect(darkContrast!).toBeLessThan(0.5 * contrast!);
    expect(softSharpness!).toBeLessThan(0.7 * sharpness!);
  });

  it('takes a change of size, a set-back clock and a close in its stride', () => {
    const observer = new FaceObserver(finder);
    expect(observer.observe(frame(face, 9000)).crop).not.toBeNull();
    expect(observer.observe(frame(quarter, 9100)).crop).not.toBeNull();
    expect(observer.observe(frame(quarter, 100)).crop).not.toBeNull();
    observer.close();
    expect(observer.observe(frame(quarter, 200)).crop).not.toBeNull();
  });

  it.each<[string, (index: number) => number, (index: number) => Picture]>([
    ['the size changes with each picture', (index) => 1000 + 100 * index, (i) => (i % 2 ? quarter : narrow)],
    ['media time runs ten times too fast', (index) => 1000 + 1000 * index, () => quarter],
  ])('searches no more often when %s', (_name, mediaTimeOf, pictureOf) => {
    searches = [];
    const observer = new FaceObserver(finder);
    // Ten pictures a second for six seconds, by the server's clock.
    for (let i = 0; i < 60; i++) {
      observer.observe({ ...frame(pictureOf(i), mediaTimeOf(i)), arrivalMs: 1000 + 100 * i });
    }
    // Five at once, and three in two seconds.
    expect(searches.length).toBeLessThanOrEqual(5 + 9);
    expect(searches.length).toBeGreaterThan(5);
  });

  it('keeps no tensors', () => {
    const observer = new FaceObserver(finder);
    show(observer, quarter, [0, 1000]);
    const before = tf.memory().numTensors;
    show(observer, quarter, every200(2000, 20));
    expect(tf.memory().numTensors).toBe(before);
  });
});

function windowRow(p: Picture, x: number, y: number): number[] | null {
  if (x >= p.width || y >= p.height) return null;
  return [...p.rgb.subarray((y * p.width + x) * 3, (y * p.width + x) * 3 + 3)];
}

describe('FaceObserver without a face', () => {
  const random = seeded(3);
  const cells = Array.from({ length: 200 }, () => [random() * 255, random() * 255, random() * 255]);
  const octaves = Array.from({ length: 4 }, () => Array.from({ length: 1024 }, () => random() - 0.5));
  const cloud = (x: number, y: number) => {
    let v = 128;
    octaves.forEach((values, o) => {
      const size = 64 >> o;
      v += (160 / (o + 1)) * values[(Math.floor(x / size) + 32 * Math.floor(y / size)) % 1024]!;
    });
    return [v, v * 0.9, v * 0.8].map((c) => Math.max(0, Math.min(255, c)));
  };
  const scenes: [string, (x: number, y: number) => number[]][] = [
    ['black', () => [0, 0, 0]],
    ['white', () => [255, 255, 255]],
    ['skin-coloured', () => [220, 170, 140]],
    ['noise', () => [random() * 255, random() * 255, random() * 255]],
    ['grey noise', () => Array(3).fill(random() * 255)],
    ['a gradient', (x, y) => [x / 2, y, 128]],
    ['a checkerboard', (x, y) => Array(3).fill((Math.floor(x / 20) + Math.floor(y / 20)) % 2 ? 220 : 40)],
    ['stripes', (x) => Array(3).fill(128 + 100 * Math.sin(x / 5))],
    ['waves', (x, y) => Array(3).fill(128 + 100 * Math.sin(x / 9) * Math.sin(y / 7))],
    ['tiles', (x, y) => cells[(Math.floor(x / 24) + 14 * Math.floor(y / 24)) % cells.length]!],
    ['clouds', cloud],
    ['a disc', (x, y) => (Math.hypot(x - 160, y - 90) < 50 ? [220, 170, 140] : [60, 80, 100])],
  ];
  it.each(scenes)('sees none in %s', (_, at) => {
    const p = picture(320, 180, at);
    // Enough searches for the close look to have its turn.
    for (const o of show(new FaceObserver(finder), p, [0, 1000, 2000, 3000, 4000, 5000])) {
      expect(o).toEqual({ crop: null, box: null, score: 0, quality: [0, 0, 0, 0], faces: 0 });
    }
  });

  it('sees none in the portrait with the head cut off', () => {
    const body = windowOf(face, 0, 200, 512, 312);
    for (const o of show(new FaceObserver(finder), body, [0, 1000, 2000, 3000])) expect(o.crop).toBeNull();
  });
});
