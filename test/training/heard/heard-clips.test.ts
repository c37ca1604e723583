import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HEARD_PER_SECOND, HEARD_STEPS, HEARD_WIDTH } from '../../../src/features/types.js';
import { COPIES, copyInSeconds, ITSELF, layInSeconds, soundAt } from '../../../src/training/heard/clip-copies.js';
import { encodeClips, heardClips, heardWindow, secondsOf } from '../../../src/training/heard/heard-clips.js';
import { SECOND } from '../../../src/training/heard/seconds.js';
import { Rng } from '../../../src/training/rng.js';
import { meanEncoder } from '../support/mean-encoder.js';

const RATE = 16_000;

/** Two clips: 3.25 s that rise, and 0.1 s. */
const lengths = [3.25 * RATE, 0.1 * RATE];
const set = {
  samples: Int16Array.from({ length: lengths[0]! + lengths[1]! }, (_, i) => (i % lengths[0]!) / 4),
  offsets: Int32Array.of(0, lengths[0]!, lengths[0]! + lengths[1]!),
  labels: Int32Array.of(1, 2),
  speakers: Int32Array.of(101, 102),
};

describe('a clip in whole seconds', () => {
  it('is heard where at least 0.2 s of it are, a shorter one where there is most of it', () => {
    const clip = new Float32Array(1.5 * RATE).fill(0.5);
    expect(layInSeconds(clip, 0.85 * RATE).isHeard).toEqual([false, true, true]);
    expect(layInSeconds(clip, 0.75 * RATE).isHeard).toEqual([true, true, true]);
    expect(layInSeconds(clip.subarray(0, 0.1 * RATE), 0.96 * RATE).isHeard).toEqual([false, true]);
  });

  it('ends with a second as it is judged, and begins anywhere in another copy', () => {
    const clip = new Float32Array(1.25 * RATE).fill(0.5);
    const { samples } = copyInSeconds(clip, ITSELF, new Rng(1));
    expect([samples.length, samples[0.75 * RATE - 1], samples[0.75 * RATE], samples.at(-1)]).toEqual([
      ...[2 * RATE, 0, 0.5, 0.5],
    ]);
    const starts = [1, 2, 3].map((seed) => copyInSeconds(clip, 2, new Rng(seed)).samples.findIndex((v) => v > 0.4));
    expect(new Set(starts).size).toBe(3);
  });

  it('may have begun before a window, and go on after it', () => {
    const clip = Float32Array.from({ length: 5 * RATE }, (_, i) => i / (5 * RATE));
    const { samples, isHeard } = soundAt(clip, -RATE);
    expect(samples).toEqual(clip.subarray(RATE, 4 * RATE));
    expect(isHeard).toEqual([true, true, true]);
  });
});

describe('what encoders hear in clips', () => {
  it('is of the clip’s own seconds, the newest last, zeros where nothing is', async () => {
    const heard = await encodeClips(set, meanEncoder());
    expect(secondsOf(heard, 0, ITSELF)).toBe(4);
    // The clip ends at 4 s and began at 0.75 s, 0.25 s before the second that the window of the newest three lacks.
    const newest = heardWindow(heard, 0, ITSELF, 4)!;
    expect([...newest.present]).toEqual(Array.from({ length: HEARD_STEPS }, () => 1));
    const level = (step: number): number => newest.frames[step * HEARD_WIDTH]!;
    for (let step = 0; step < HEARD_STEPS; step++) {
      // Its middle, in samples from the beginning of the clip.
      const at = (0.25 + (step + 0.5) / HEARD_PER_SECOND) * RATE;
      expect(level(step)).toBeCloseTo(at / 4 / 32_767, 3);
    }
    const first = heardWindow(heard, 0, ITSELF, 1)!;
    expect([...first.present].indexOf(1)).toBe(2 * HEARD_PER_SECOND);
    expect(Math.max(...first.frames.subarray(0, 2 * SECOND))).toBe(0);
    expect(heardWindow(heard, 0, ITSELF, 0)).toBeNull();
  });

  it('does not depend on the other clips of a set', async () => {
    const both = await encodeClips(set, meanEncoder());
    const offsets = set.offsets.slice(0, 2);
    const alone = await encodeClips({ ...set, offsets, labels: Int32Array.of(1) }, meanEncoder());
    for (let copy = 0; copy < COPIES; copy++) {
      expect(heardWindow(alone, 0, copy, 2)).toEqual(heardWindow(both, 0, copy, 2));
    }
  });

  describe('kept beside the set', () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'emostream-heard-'));
    });
    afterAll(() => rm(folder, { recursive: true }));

    it('is made once, and anew for other encoders or another set', async () => {
      const where = { prepared: folder, name: 'mine', log: () => undefined };
      const [first, again, other] = [meanEncoder(), meanEncoder(), meanEncoder('other')];
      const made = await heardClips(where, set, first);
      expect(await heardClips(where, set, again)).toEqual(made);
      expect([first.asked() > 0, again.asked()]).toEqual([true, 0]);
      await heardClips(where, { ...set, samples: set.samples.map((value) => value + 1) }, again);
      expect(again.asked()).toBe(first.asked());
      await heardClips(where, set, other);
      expect(other.asked()).toBe(first.asked());
      // The others are gone.
      expect(await readdir(folder)).toHaveLength(2);
    });
  });
});
