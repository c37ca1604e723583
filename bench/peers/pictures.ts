import * as tf from '@tensorflow/tfjs-core';
import type { Picture } from '../../src/features/face-finder.js';
import type { PeerOption } from './peer.js';

/** A whole picture as peers take it: 1 × height × width × 3, 0..255. The caller disposes it. */
export function pictureTensor({ rgb, width, height }: Picture): tf.Tensor4D {
  return tf.tensor4d(Float32Array.from(rgb), [1, height, width, 3]);
}

/**
 * Grey face pictures in three equal channels, count × size × size × 3, 0..255, scaled as `tf.image.resizeBilinear` does,
 * with which both peers scale. Run inside `tf.tidy`.
 */
export function greyToRgb(crops: Uint8Array, side: number, size: number, { crop, stretch }: PeerOption): tf.Tensor4D {
  const count = crops.length / (side * side);
  const values = stretch ? stretchEach(crops, side * side) : Float32Array.from(crops);
  const rgb = tf.tile(tf.tensor4d(values, [count, side, side, 1]), [1, 1, 1, 3]);
  if (crop === 0) return tf.image.resizeBilinear(rgb, [size, size], false);
  const boxes = Array.from({ length: count }, () => [crop, crop, 1 - crop, 1 - crop]);
  const index = Int32Array.from({ length: count }, (_, i) => i);
  return tf.image.cropAndResize(rgb, tf.tensor2d(boxes), tf.tensor1d(index, 'int32'), [size, size]);
}

/** What `human` does under the name of equalisation (src/image/enhance.ts): a picture that does not reach white is stretched. */
function stretchEach(crops: Uint8Array, pixels: number): Float32Array {
  const out = Float32Array.from(crops);
  for (let start = 0; start < crops.length; start += pixels) {
    const one = crops.subarray(start, start + pixels);
    const [least, most] = [Math.min(...one), Math.max(...one)];
    if (most === 0 || most === 255) continue;
    for (let i = start; i < start + pixels; i++) out[i] = (crops[i]! - least) * (255 / most);
  }
  return out;
}
