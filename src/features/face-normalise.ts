import { FACE_SIZE } from './types.js';

const PIXELS = FACE_SIZE * FACE_SIZE;
/** Grey levels; a crop flatter than this (fog, darkness) is not stretched to full contrast: that would be noise. */
const LEAST_DEVIATION = 12;
const CLIP = 3;

/**
 * Grey crops as the network reads them: each crop has its mean taken away and is divided by its standard deviation, so that
 * light and camera exposure cancel; clipped to -3..3 against highlights.
 * @param crops count × FACE_SIZE² grey values 0..255
 * @param out count × FACE_SIZE² values to fill, made when not given
 */
export function normaliseFaces(crops: Uint8Array, count: number, out = new Float32Array(count * PIXELS)): Float32Array {
  for (let crop = 0; crop < count; crop++) {
    const start = crop * PIXELS;
    let sum = 0;
    let squares = 0;
    for (let i = start; i < start + PIXELS; i++) {
      const grey = crops[i]!;
      sum += grey;
      squares += grey * grey;
    }
    const mean = sum / PIXELS;
    const deviation = Math.max(Math.sqrt(Math.max(squares / PIXELS - mean * mean, 0)), LEAST_DEVIATION);
    for (let i = start; i < start + PIXELS; i++) {
      out[i] = Math.min(Math.max((crops[i]! - mean) / deviation, -CLIP), CLIP);
    }
  }
  return out;
}
