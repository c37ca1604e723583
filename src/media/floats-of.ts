import { EmostreamError } from '../common/errors.js';

/**
 * The samples of a decoder's plane as numbers. A view where the plane is aligned to them, valid as long as the plane; else a copy.
 * @throws EmostreamError MEDIA_CORRUPT when there are fewer
 */
export function floatsOf(plane: Buffer | undefined, count: number): Float32Array {
  if (!plane || plane.byteLength < count * 4)
    throw new EmostreamError('MEDIA_CORRUPT', 'a plane of sound is too short');
  if (plane.byteOffset % 4 === 0) return new Float32Array(plane.buffer, plane.byteOffset, count);
  return new Float32Array(Uint8Array.from(plane.subarray(0, count * 4)).buffer);
}
