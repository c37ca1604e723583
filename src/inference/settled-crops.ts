import { FACE_SIZE, type WindowFeatures } from '../features/types.js';

/** Crops kept of one participant, the newest: two windows' worth at the highest rate, and as much again for those that come late. */
export const CROPS_KEPT = 16;
const PIXELS = FACE_SIZE * FACE_SIZE;

/** The newest face crops of one participant, by number. */
export class SettledCrops {
  readonly #pixels = new Map<number, Uint8Array>();

  /** @returns how many older ones had to go */
  add(id: number, pixels: Uint8Array): number {
    this.#pixels.delete(id);
    this.#pixels.set(id, pixels);
    if (this.#pixels.size <= CROPS_KEPT) return 0;
    this.#pixels.delete(this.#pixels.keys().next().value!);
    return 1;
  }

  /** The face with the pixels of the crops that it names, of those that are there; null when none is. */
  resolve(face: NonNullable<WindowFeatures['face']>, ids: readonly number[]): WindowFeatures['face'] {
    const there = ids.flatMap((id) => this.#pixels.get(id) ?? []);
    if (there.length === 0) return null;
    const crops = new Uint8Array(there.length * PIXELS);
    there.forEach((pixels, i) => crops.set(pixels, i * PIXELS));
    return { crops, count: there.length, quality: face.quality, box: face.box };
  }
}
