import { describe, expect, it } from 'vitest';
import { HEARD_PER_SECOND, HEARD_STEPS, HEARD_WIDTH, MEL_BANDS, MEL_FRAMES } from '../../src/features/types.js';
import { sileroFile, SileroNetwork, VoiceActivities } from '../../src/speech/index.js';
import { SECOND } from '../../src/training/heard/seconds.js';
import { hearInRoom, placeInRoom } from '../../src/training/live-seconds.js';
import { Rng } from '../../src/training/rng.js';
import { meanEncoder } from './support/mean-encoder.js';
import { RATE, speech } from '../features/support/sounds.js';

const activity = new VoiceActivities(await SileroNetwork.load(sileroFile())).open();
const ears = { activity, encoder: null };
const WINDOW = MEL_FRAMES * MEL_BANDS;

const rms = (samples: Float32Array): number =>
  Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);

describe('a clip in a room', () => {
  it('lies in noise of the level that is asked for, before, under and after it', () => {
    const clip = Float32Array.from({ length: RATE }, () => 0.25);
    for (const dbfs of [-70, -45]) {
      const placed = placeInRoom(clip, 3 * RATE, dbfs, new Rng(2));
      expect(placed.length).toBe(5 * RATE);
      const noise = placed.map((value, i) => (i >= 3 * RATE && i < 4 * RATE ? value - 0.25 : value));
      expect(20 * Math.log10(rms(noise))).toBeCloseTo(dbfs, 1);
      expect(20 * Math.log10(rms(noise.subarray(0, 3 * RATE)))).toBeCloseTo(dbfs, 0);
      expect(rms(placed.subarray(3 * RATE, 4 * RATE))).toBeGreaterThan(0.24);
    }
  });

  it('is heard in the seconds in which somebody speaks, at another phase for another seed, and the same for the same', async () => {
    const sentence = speech();
    const seconds = async (seed: number): Promise<Float32Array[]> =>
      (await hearInRoom(sentence, -70, new Rng(seed), ears)).seconds.map(({ logMel }) => logMel);
    const first = await seconds(1);
    expect(await seconds(1)).toEqual(first);
    expect(await seconds(5)).not.toEqual(first);
    // Spoken for all but a second of the clip; a window at either end may have too little of it.
    const spoken = sentence.length / RATE - 1;
    expect(first.length).toBeGreaterThan(spoken - 1);
    expect(first.length).toBeLessThan(spoken + 2);
    for (const { length } of first) expect(length).toBe(WINDOW);
  });

  it('without a voice has no second, but is judged as a whole all the same', async () => {
    const { windows, seconds } = await hearInRoom(new Float32Array(4.5 * RATE), -45, new Rng(1), ears);
    expect(seconds).toEqual([]);
    // Ends with the clip, a second before and two.
    expect(windows.map(({ length }) => length)).toEqual([WINDOW, WINDOW, WINDOW]);
  });

  it('ends its windows with the clip: a burst at its end is in the newest frames', async () => {
    const clip = new Float32Array(2 * RATE);
    for (let i = 1.5 * RATE; i < clip.length; i++) clip[i] = 0.3 * Math.sin(i / 5);
    const [window] = (await hearInRoom(clip, -70, new Rng(3), ears)).windows;
    const level = (frame: number): number => Math.max(...window!.subarray(frame * MEL_BANDS, (frame + 1) * MEL_BANDS));
    for (let frame = MEL_FRAMES - 45; frame < MEL_FRAMES; frame++) expect(level(frame)).toBeGreaterThan(1);
    for (let frame = 0; frame < MEL_FRAMES - 60; frame++) expect(level(frame)).toBeLessThan(0.5);
  });

  describe('with an encoder', () => {
    const hearing = { activity, encoder: meanEncoder() };

    it('is heard whole in seconds that end with it, in each window those of its own', async () => {
      const clip = Float32Array.from({ length: 4.5 * RATE }, (_, i) => i / (9 * RATE));
      const { windows, heard } = await hearInRoom(clip, -70, new Rng(4), hearing);
      expect([windows.length, heard.length]).toEqual([3, 3]);
      heard.forEach((own, i) => {
        const fromSecond = 4.5 - (heard.length - 1 - i) - MEL_FRAMES / 100;
        for (let step = 0; step < HEARD_STEPS; step++) {
          const atSecond = fromSecond + (step + 0.5) / HEARD_PER_SECOND;
          // Before the clip there is nothing but the room.
          const level = Math.max(0, atSecond) / 9;
          expect(own!.present[step]).toBe(1);
          expect(own!.frames[step * HEARD_WIDTH]).toBeCloseTo(level, 2);
        }
      });
    });

    it('is heard in each second of a call in which there is a voice, and such a second in three windows', async () => {
      const { seconds } = await hearInRoom(speech(), -70, new Rng(2), hearing);
      const second = (voice: (typeof seconds)[number], k: number) =>
        voice.heard!.frames.subarray(k * SECOND, (k + 1) * SECOND);
      expect(seconds.length).toBeGreaterThan(2);
      for (const [i, voice] of seconds.entries()) {
        expect(voice.heard!.present.at(-1)).toBe(1);
        expect(second(voice, 2).some((value) => Math.abs(value) > 0)).toBe(true);
        for (const ago of [1, 2]) {
          if (i >= ago) expect(second(voice, 2 - ago)).toEqual(second(seconds[i - ago]!, 2));
        }
      }
    });

    it('hears nothing in a call where nobody speaks', async () => {
      const { seconds } = await hearInRoom(new Float32Array(3 * RATE), -55, new Rng(1), hearing);
      expect(seconds).toEqual([]);
    });
  });
});
