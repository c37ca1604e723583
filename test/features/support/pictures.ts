import { readFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { projectFile } from '../../../bench/support/project-file.js';
import type { Picture } from '../../../src/features/picture.js';
import { resampleRgbInto } from '../../../src/features/resample.js';

/** The portrait of test/fixtures/README.md. */
export function astronaut(): Picture {
  const png = PNG.sync.read(readFileSync(projectFile('test/fixtures/astronaut.png')));
  return picture(png.width, png.height, (x, y) => {
    const at = (y * png.width + x) * 4;
    return [png.data[at]!, png.data[at + 1]!, png.data[at + 2]!];
  });
}

export function picture(width: number, height: number, at: (x: number, y: number) => number[]): Picture {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) rgb.set(at(x, y), (y * width + x) * 3);
  return { rgb, width, height };
}

export function pixel(p: Picture, x: number, y: number): number[] {
  const at = (y * p.width + x) * 3;
  return [p.rgb[at]!, p.rgb[at + 1]!, p.rgb[at + 2]!];
}

export function scaled(p: Picture, width: number, height: number): Picture {
  const canvas = new Float32Array(width * height * 3);
  const all = { x: 0, y: 0, width: p.width, height: p.height };
  resampleRgbInto(canvas, width, p, all, width, height, 1, 0);
  return { rgb: Uint8Array.from(canvas, Math.round), width, height };
}

/** `p` seen through a window of the given size whose top left corner is at (x, y) of `p`; grey outside of it. */
export function windowOf(p: Picture, x: number, y: number, width: number, height: number): Picture {
  return picture(width, height, (i, j) => {
    const inside = x + i >= 0 && x + i < p.width && y + j >= 0 && y + j < p.height;
    return inside ? pixel(p, x + i, y + j) : [120, 120, 120];
  });
}

export function mapped(p: Picture, f: (v: number) => number): Picture {
  return { ...p, rgb: Uint8Array.from(p.rgb, (v) => Math.max(0, Math.min(255, Math.round(f(v))))) };
}

export function frame(p: Picture, mediaTime: number) {
  return { ...p, mediaTime, arrivalMs: mediaTime + 20 };
}

/** A generator of numbers in [0, 1), the same every time (mulberry32, public domain). */
export function seeded(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
