import { expect, it } from 'vitest';
import { HEARD_STEPS } from '../../src/features/types.js';
import { fullWindow } from '../../src/inference/full-window.js';
import { bare } from '../../src/inference/message-inputs.js';

it('a message has arrays of its own for what is part of something larger, and moves only those', () => {
  const window = fullWindow(1);
  const frames = new Float32Array(4 * window.voice!.heard!.frames.length).fill(3);
  const length = window.voice!.heard!.frames.length;
  const heard = { frames: frames.subarray(length, 2 * length), present: new Uint8Array(HEARD_STEPS).fill(1) };
  const moved: ArrayBuffer[] = [];
  const { face, voice } = bare({ ...window, voice: { ...window.voice!, heard } }, moved);
  expect(voice).toMatchObject({ logMel: window.voice!.logMel, heard });
  const own = (voice as typeof window.voice)!.heard!.frames;
  expect(own.buffer.byteLength).toBe(4 * length);
  expect(moved).toEqual([own.buffer]);
  expect(frames.byteLength).toBe(4 * 4 * length);
  expect(face).toEqual(window.face);
});
