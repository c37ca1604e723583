import { FACE_SIZE } from '../features/types.js';
import type { Rng } from './rng.js';

const S = FACE_SIZE;

/**
 * One training picture as a call might show it: turned, scaled, shifted, mirrored, lit otherwise, then what the way through a
 * call does to it (low resolution, blur, coded blocks, sensor noise), and part of it hidden.
 * @param image FACE_SIZE² grey values; not changed
 */
export function augmentFace(image: Uint8Array, rng: Rng): Uint8Array {
  let grey = warp(image, rng);
  relight(grey, rng);
  if (rng.chance(0.2)) grey = lowResolution(grey, rng.between(0.35, 0.9));
  if (rng.chance(0.15)) grey = blur(grey);
  if (rng.chance(0.15)) quantiseBlocks(grey, rng.between(6, 36));
  if (rng.chance(0.2)) addNoise(grey, rng.between(1, 9), rng);
  if (rng.chance(0.2)) erase(grey, rng);
  // A clamped array rounds and clips by itself.
  return new Uint8Array(new Uint8ClampedArray(grey).buffer);
}

/** Rotation up to 15°, scale 0.82..1.18, shift up to 9 %, mirror; edges repeated; bilinear. */
function warp(image: Uint8Array, rng: Rng): Float32Array {
  const angle = (rng.between(-15, 15) * Math.PI) / 180;
  const scale = rng.between(0.82, 1.18);
  const mirror = rng.chance(0.5) ? -1 : 1;
  const shiftX = rng.between(-0.09, 0.09) * S;
  const shiftY = rng.between(-0.09, 0.09) * S;
  const cos = Math.cos(angle) / scale;
  const sin = Math.sin(angle) / scale;
  const middle = (S - 1) / 2;
  const out = new Float32Array(S * S);
  for (let y = 0; y < S; y++) {
    for (let x = 0; x < S; x++) {
      const dx = (x - middle - shiftX) * mirror;
      const dy = y - middle - shiftY;
      out[y * S + x] = bilinear(image, middle + cos * dx + sin * dy, middle - sin * dx + cos * dy, S);
    }
  }
  return out;
}

function bilinear(image: Uint8Array | Float32Array, x: number, y: number, side: number): number {
  const cx = Math.min(Math.max(x, 0), side - 1.001);
  const cy = Math.min(Math.max(y, 0), side - 1.001);
  const x0 = Math.floor(cx);
  const y0 = Math.floor(cy);
  const fx = cx - x0;
  const at = y0 * side + x0;
  const top = image[at]! * (1 - fx) + image[at + 1]! * fx;
  const bottom = image[at + side]! * (1 - fx) + image[at + side + 1]! * fx;
  return top + (bottom - top) * (cy - y0);
}

/** Contrast, brightness, gamma, and light from one side. */
function relight(grey: Float32Array, rng: Rng): void {
  const contrast = rng.between(0.6, 1.4);
  const brightness = rng.between(-30, 30);
  const gamma = rng.between(0.75, 1.33);
  const slope = rng.chance(0.3) ? rng.between(0, 60) : 0;
  const direction = rng.between(0, 2 * Math.PI);
  const sx = (slope * Math.cos(direction)) / S;
  const sy = (slope * Math.sin(direction)) / S;
  const curve = Float32Array.from({ length: 256 }, (_, level) => (255 * (level / 255) ** gamma - 128) * contrast);
  for (let y = 0; y < S; y++) {
    for (let x = 0; x < S; x++) {
      const i = y * S + x;
      const light = sx * (x - S / 2) + sy * (y - S / 2);
      grey[i] = Math.min(Math.max(curve[Math.round(grey[i]!)]! + 128 + brightness + light, 0), 255);
    }
  }
}

/** Down to a share of the size and up again, both bilinear. */
function lowResolution(grey: Float32Array, share: number): Float32Array {
  const side = Math.max(Math.round(S * share), 12);
  return resize(resize(grey, S, side), side, S);
}

function resize(grey: Float32Array, from: number, to: number): Float32Array {
  const ratio = from / to;
  const out = new Float32Array(to * to);
  for (let y = 0; y < to; y++) {
    for (let x = 0; x < to; x++) {
      out[y * to + x] = bilinear(grey, (x + 0.5) * ratio - 0.5, (y + 0.5) * ratio - 0.5, from);
    }
  }
  return out;
}

/** 3×3 binomial. */
function blur(grey: Float32Array): Float32Array {
  const at = (x: number, y: number): number =>
    grey[Math.min(Math.max(y, 0), S - 1) * S + Math.min(Math.max(x, 0), S - 1)]!;
  const across = (x: number, y: number): number => at(x - 1, y) + 2 * at(x, y) + at(x + 1, y);
  return Float32Array.from({ length: S * S }, (_, i) => {
    const [x, y] = [i % S, Math.floor(i / S)];
    return (across(x, y - 1) + 2 * across(x, y) + across(x, y + 1)) / 16;
  });
}

/** The 4-point DCT-II, orthonormal. */
const DCT4 = Array.from({ length: 4 }, (_, k) =>
  Array.from(
    { length: 4 },
    (_unused, n) => Math.cos((Math.PI * (2 * n + 1) * k) / 8) * Math.sqrt(k === 0 ? 1 / 4 : 1 / 2),
  ),
);

/** 4×4 transform blocks with coarse quantisation, as VP8 at low bit rates leaves them (RFC 6386, §14). */
function quantiseBlocks(grey: Float32Array, step: number): void {
  const block = new Float64Array(16);
  const half = new Float64Array(16);
  for (let by = 0; by < S; by += 4) {
    for (let bx = 0; bx < S; bx += 4) {
      for (let i = 0; i < 16; i++) block[i] = grey[(by + (i >> 2)) * S + bx + (i & 3)]!;
      transform(block, half, false);
      for (let i = 0; i < 16; i++) block[i] = Math.round(block[i]! / step) * step;
      transform(block, half, true);
      for (let i = 0; i < 16; i++) grey[(by + (i >> 2)) * S + bx + (i & 3)] = block[i]!;
    }
  }
}

function transform(block: Float64Array, half: Float64Array, inverse: boolean): void {
  const c = (k: number, n: number): number => (inverse ? DCT4[n]![k]! : DCT4[k]![n]!);
  for (let r = 0; r < 4; r++) {
    for (let k = 0; k < 4; k++) {
      let sum = 0;
      for (let n = 0; n < 4; n++) sum += c(k, n) * block[r * 4 + n]!;
      half[r * 4 + k] = sum;
    }
  }
  for (let col = 0; col < 4; col++) {
    for (let k = 0; k < 4; k++) {
      let sum = 0;
      for (let n = 0; n < 4; n++) sum += c(k, n) * half[n * 4 + col]!;
      block[k * 4 + col] = sum;
    }
  }
}

function addNoise(grey: Float32Array, deviation: number, rng: Rng): void {
  // The sum of two uniform values is near enough to a normal one here, and cheaper.
  const width = deviation * Math.sqrt(6);
  for (let i = 0; i < grey.length; i++) grey[i]! += width * (rng.next() + rng.next() - 1);
}

/** A rectangle of one grey (Zhong et al. 2020): a hand, a cup, a microphone. */
function erase(grey: Float32Array, rng: Rng): void {
  const width = Math.round(rng.between(6, 20));
  const height = Math.round(rng.between(6, 20));
  const left = rng.below(S - width);
  const top = rng.below(S - height);
  const value = rng.between(0, 255);
  for (let y = top; y < top + height; y++) grey.fill(value, y * S + left, y * S + left + width);
}
