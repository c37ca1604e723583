import { FACE_CROPS, FACE_SIZE } from '../../src/features/types.js';
import type { Picture } from '../../src/features/face-finder.js';
import { fullWindow } from '../../src/inference/full-window.js';
import type { ModelInput } from '../../src/inference/types.js';
import type { Subject } from './subjects.js';

/**
 * `window`: face (all crops), voice and words. `face`: the face of such a window alone. `crop`: one face picture, as the peers
 * take it. `picture`: a whole picture; the face is found, cut out and judged. `layers`: the network, layer by layer.
 */
export const CASES = ['window', 'face', 'crop', 'picture', 'layers'] as const;
export type CaseName = (typeof CASES)[number];

export interface Case {
  name: CaseName;
  /** Windows or pictures in a batch. */
  size: number;
}

export const SIZES = [1, 2, 4, 8, 16, 32];
/** The size at which the aim is set and layers are timed. */
export const AIM_SIZE = 16;

/** Made once and given to every subject: all are timed on the same pictures. */
export interface Pictures {
  whole: Picture;
  /** Grey face crops, one after the other, no two alike; enough for the largest batch. */
  crops: Uint8Array;
}

export const CROPS = Math.max(...SIZES) * FACE_CROPS;
const PIXELS = FACE_SIZE * FACE_SIZE;

export function casesOf(subject: Subject): Case[] {
  const sizes = (name: CaseName, of: number[]): Case[] => of.map((size) => ({ name, size }));
  if (subject.kind === 'peer') return [...sizes('crop', [1, AIM_SIZE]), ...sizes('picture', [1])];
  const all = [...sizes('window', SIZES), ...sizes('face', SIZES), ...sizes('crop', [1, AIM_SIZE])];
  if (subject.thread || subject.engine === 'onnx') return all;
  // The face finder runs on WebAssembly, whatever the engine.
  return [...all, ...(subject.engine === 'wasm' ? sizes('picture', [1]) : []), ...sizes('layers', [AIM_SIZE])];
}

/** The windows of a batch, with the pictures as their faces. */
export function batchOf({ name, size }: Case, { crops }: Pictures): ModelInput[] {
  const count = name === 'crop' ? 1 : FACE_CROPS;
  return Array.from({ length: size }, (_, i) => {
    const full = fullWindow(i);
    const face = { ...full.face!, count, crops: crops.slice(i * count * PIXELS, (i + 1) * count * PIXELS) };
    return name === 'window' || name === 'layers' ? { ...full, face } : { face, voice: null, words: null };
  });
}
