import type { Picture } from '../../../src/features/picture.js';
import type { Region } from '../../../src/features/resample.js';

/** How much of [low, high] each whole sample covers, or how near it is where less than one is asked for; the border repeats. */
function weights(start: number, length: number, limit: number, out: number, i: number): Map<number, number> {
  const scale = length / out;
  const found = new Map<number, number>();
  const add = (at: number, weight: number): void => {
    const inside = Math.min(limit - 1, Math.max(0, at));
    if (weight > 0) found.set(inside, (found.get(inside) ?? 0) + weight);
  };
  if (scale > 1) {
    const low = start + i * scale;
    const high = low + scale;
    for (let at = Math.floor(low); at < high; at++) {
      add(at, (Math.min(at + 1, high) - Math.max(at, low)) / scale);
    }
  } else {
    const centre = start + (i + 0.5) * scale - 0.5;
    const first = Math.floor(centre);
    add(first, first + 1 - centre);
    add(first + 1, centre - first);
  }
  return found;
}

/** What src/features/resample.ts computes, sample by sample from its definition. @returns red, green, blue and grey of each */
export function referenceResample(p: Picture, of: Region, outWidth: number, outHeight: number): number[][] {
  const across = Array.from({ length: outWidth }, (_, i) => weights(of.x, of.width, p.width, outWidth, i));
  const down = Array.from({ length: outHeight }, (_, j) => weights(of.y, of.height, p.height, outHeight, j));
  return down.flatMap((rows) =>
    across.map((columns) => {
      const sums = [0, 0, 0];
      for (const [y, wy] of rows) {
        for (const [x, wx] of columns) {
          for (let c = 0; c < 3; c++) sums[c]! += wx * wy * p.rgb[(y * p.width + x) * 3 + c]!;
        }
      }
      return [...sums, 0.299 * sums[0]! + 0.587 * sums[1]! + 0.114 * sums[2]!];
    }),
  );
}
