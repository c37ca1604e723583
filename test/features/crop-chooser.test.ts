import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chosenCrops,
  CropChooser,
  isSeen,
  merit,
  SETTLED_EARLY_MS,
  type ShownFace,
} from '../../src/features/crop-chooser.js';
import type { FaceObservation } from '../../src/features/types.js';
import type { Timed } from '../../src/streams/index.js';

const T0 = 1_000_000;

function picture(atMs: number, quality: number, hasFace = true): Timed<FaceObservation> {
  const box = { x: 0.2, y: 0.2, width: 0.5, height: 0.5 };
  const value = {
    ...{ crop: hasFace ? Uint8Array.of(1) : null, box: hasFace ? box : null },
    ...{ score: 1, quality: [quality, quality, quality, quality], faces: 1 },
  };
  return { mediaTime: T0 + atMs, durationMs: 0, arrivalMs: T0 + atMs, decodedMs: T0 + atMs, value };
}
const at = (shown: readonly ShownFace[]) => shown.map(({ frame }) => frame.mediaTime - T0);
const sides = (shown: readonly ShownFace[]) => shown.map(({ side }) => side);

describe('the pictures of a window that are shown to the network', () => {
  it('are settled as the halves of the window end, the second a little before the window does', () => {
    const chooser = new CropChooser(2);
    expect(chooser.add(picture(100, 0.5))).toEqual([]);
    expect(chooser.add(picture(300, 0.9))).toEqual([]);
    expect(at(chooser.add(picture(510, 0.2)))).toEqual([300]);
    expect(chooser.add(picture(700, 0.4))).toEqual([]);
    expect(chooser.reach(T0 + 999 - SETTLED_EARLY_MS)).toEqual([]);
    expect(at(chooser.reach(T0 + 1000 - SETTLED_EARLY_MS))).toEqual([700]);
    // Better, and too late.
    expect(chooser.add(picture(950, 1))).toEqual([]);
    expect(at(chooser.reach(Infinity))).toEqual([]);
  });

  it('are taken from the last moments of a window where there was no other', () => {
    const chooser = new CropChooser(2);
    expect(at(chooser.add(picture(950, 0.1)))).toEqual([950]);
  });

  it('are of each part the best, at most one, and none without a face, however time is told', () => {
    const frames = fc.array(
      fc.record({
        atMs: fc.integer({ min: 0, max: 2999 }),
        quality: fc.double({ min: 0, max: 1, noNaN: true }),
        hasFace: fc.boolean(),
      }),
      { maxLength: 40 },
    );
    const phase = fc.constantFrom(0, 125, 500, 875);
    fc.assert(
      fc.property(
        frames,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 200 }),
        phase,
        (raw, parts, tickMs, phaseMs) => {
          const inOrder = [...raw].sort((a, b) => a.atMs - b.atMs);
          const pictures = inOrder.map(({ atMs, quality, hasFace }) => picture(atMs, quality, hasFace));
          const chooser = new CropChooser(parts, phaseMs);
          const settled: ShownFace[] = [];
          let now = T0;
          for (const frame of pictures) {
            for (; now <= frame.mediaTime; now += tickMs) settled.push(...chooser.reach(now));
            settled.push(...chooser.add(frame));
          }
          settled.push(...chooser.reach(Infinity));
          const partOf = (mediaTime: number) => Math.floor(((mediaTime - T0 - phaseMs) * parts) / 1000);
          expect(new Set(settled.map(({ frame }) => partOf(frame.mediaTime))).size).toBe(settled.length);
          const withFace = new Set(pictures.filter(isSeen).map(({ mediaTime }) => partOf(mediaTime)));
          expect(settled.length).toBe(withFace.size);
          for (const { frame: one } of settled) {
            const part = partOf(one.mediaTime);
            const end = T0 + phaseMs + ((part + 1) * 1000) / parts;
            const deadline = end - ((part + 1) % parts === 0 ? SETTLED_EARLY_MS : 0);
            const rivals = pictures.filter(
              (other) => isSeen(other) && partOf(other.mediaTime) === part && other.mediaTime < deadline,
            );
            for (const rival of rivals) expect(merit(one)).toBeGreaterThanOrEqual(merit(rival));
          }
        },
      ),
    );
  });

  it('are the same when a recording is read as when they are settled on the way', () => {
    const pictures = [50, 200, 350, 480, 560, 700, 860, 930].map((atMs, i) => picture(atMs, ((i * 7) % 5) / 5));
    const read = chosenCrops(pictures, 3, T0);
    const chooser = new CropChooser(3);
    const settled = pictures.flatMap((frame) => chooser.add(frame));
    for (const { frame, side } of [...settled, ...chooser.reach(T0 + 1000)]) frame.value.settled = side;
    const live = chosenCrops(pictures, 3, T0);
    expect(at(live)).toEqual(at(read));
    expect(sides(live)).toEqual(sides(read));
    expect(sides(read)).toEqual(['plain', 'mirrored', 'plain']);
  });

  it('are of the parts of its own window where windows begin between whole seconds', () => {
    const pictures = [1300, 1400, 1900, 2000].map((atMs, i) => picture(atMs, 1 - i / 10));
    // [1250, 2250): the halves end at 1750 and 2250.
    expect(at(chosenCrops(pictures, 2, T0 + 1250))).toEqual([1300, 1900]);
    const chooser = new CropChooser(2, 250);
    const settled = pictures.flatMap((frame) => chooser.add(frame));
    expect(at([...settled, ...chooser.reach(T0 + 2250 - SETTLED_EARLY_MS)])).toEqual([1300, 1900]);
  });

  it('are filled up from the best of the rest where a part had no face', () => {
    const pictures = [picture(50, 0.1), picture(100, 0.9), picture(200, 0.3), picture(300, 0.2)];
    expect(at(chosenCrops(pictures, 2, T0))).toEqual([100, 200]);
  });

  it('begin in each window with one as it is, and every other one is mirrored', () => {
    const chooser = new CropChooser(3);
    const pictures = [100, 500, 800, 1100, 1800, 2500].map((atMs) => picture(atMs, 0.5));
    const settled = [...pictures.flatMap((frame) => chooser.add(frame)), ...chooser.reach(Infinity)];
    expect(at(settled)).toEqual([100, 500, 800, 1100, 1800, 2500]);
    expect(sides(settled)).toEqual(['plain', 'mirrored', 'plain', 'plain', 'mirrored', 'plain']);
  });

  it('make up for those that are settled already, whichever came first', () => {
    const [early, late] = [picture(600, 0.5), picture(100, 0.9)];
    early.value.settled = 'plain';
    expect(sides(chosenCrops([late, early], 2, T0))).toEqual(['mirrored', 'plain']);
    expect(sides(chosenCrops([picture(700, 0.5)], 2, T0))).toEqual(['plain']);
  });
});
