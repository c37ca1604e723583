import { describe, expect, it } from 'vitest';
import { FaceTracker } from '../../src/features/face-tracker.js';
import { greyOf } from '../../src/features/picture.js';
import { astronaut, mapped, picture, scaled, seeded, windowOf } from './support/pictures.js';

const face = astronaut();
const BOX = { x: 178, y: 78, width: 94, height: 94 };
const at = (dx: number, dy: number) => windowOf(face, dx, dy, 400, 300);

describe('FaceTracker', () => {
  it('follows the face as the picture pans, to the pixel or two', () => {
    const tracker = new FaceTracker();
    expect(tracker.start(greyOf(at(0, 0)), BOX)).toBe(true);
    for (let step = 1; step <= 12; step++) {
      const dx = step * 10;
      const dy = Math.round(6 * Math.sin(step));
      const box = tracker.follow(greyOf(at(dx, dy)));
      expect(box).not.toBeNull();
      expect(Math.abs(box!.x - (BOX.x - dx))).toBeLessThan(3);
      expect(Math.abs(box!.y - (BOX.y - dy))).toBeLessThan(3);
    }
  });

  it('is not misled by a change of light', () => {
    const tracker = new FaceTracker();
    tracker.start(greyOf(at(0, 0)), BOX);
    const box = tracker.follow(greyOf(mapped(at(12, 0), (v) => 0.5 * v + 20)));
    expect(Math.abs(box!.x - (BOX.x - 12))).toBeLessThan(3);
  });

  it('follows a face that comes closer and goes away again', () => {
    const sizeAt = (step: number) => Math.round(512 * 1.03 ** Math.min(step, 12 - step));
    const tracker = new FaceTracker();
    tracker.start(greyOf(windowOf(scaled(face, 512, 512), 0, 0, 400, 300)), BOX);
    for (let step = 1; step <= 12; step++) {
      const size = sizeAt(step);
      const box = tracker.follow(greyOf(windowOf(scaled(face, size, size), 0, 0, 400, 300)))!;
      const scale = size / 512;
      expect(box).not.toBeNull();
      expect(Math.abs(box.x + box.width / 2 - (BOX.x + BOX.width / 2) * scale)).toBeLessThan(8);
      expect(Math.abs(box.width / BOX.width - scale)).toBeLessThan(0.1);
    }
  });

  it('loses the face when something else is there, and stays lost', () => {
    const random = seeded(1);
    const tracker = new FaceTracker();
    tracker.start(greyOf(at(0, 0)), BOX);
    expect(tracker.follow(greyOf(picture(400, 300, () => Array.from({ length: 3 }, () => random() * 255))))).toBeNull();
    expect(tracker.follow(greyOf(at(0, 0)))).toBeNull();
  });

  it.each([
    ['black', 0],
    ['grey', 128],
  ])('loses the face in a %s picture', (_, v) => {
    const tracker = new FaceTracker();
    tracker.start(greyOf(at(0, 0)), BOX);
    expect(tracker.follow(greyOf(picture(400, 300, () => [v, v, v])))).toBeNull();
  });

  it('does not follow what is flat', () => {
    const tracker = new FaceTracker();
    expect(tracker.start(greyOf(mapped(at(0, 0), () => 90)), BOX)).toBe(false);
    expect(tracker.follow(greyOf(at(0, 0)))).toBeNull();
  });
});
