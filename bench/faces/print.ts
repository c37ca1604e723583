/** Ink of one glyph at a place in it: across 0..1 of its width, down 0 (x-height) to 1 (baseline), ascender -0.6, descender 1.4. */
type Glyph = (across: number, down: number) => boolean;

const STROKE = 0.16;
const near = (value: number, at: number): boolean => Math.abs(value - at) < STROKE;
const ring: Glyph = (x, y) => near(Math.hypot((x - 0.5) / 0.42, (y - 0.5) / 0.42), 1) && y > -0.1 && y < 1.1;
const stem =
  (at: number, top: number, bottom: number): Glyph =>
  (x, y) =>
    near(x, at) && y > top && y < bottom;
const bar =
  (at: number): Glyph =>
  (x, y) =>
    near(y, at) && x > 0.08 && x < 0.92;
const arch: Glyph = (x, y) => y < 0.5 && near(Math.hypot((x - 0.5) / 0.42, (y - 0.5) / 0.42), 1);

/** Like a, b, d, p, n, h, l, e, t, m, i of a printed page; which letter it is does not matter. */
const GLYPHS: readonly (readonly Glyph[])[] = [
  [ring],
  [ring, stem(0.12, -0.6, 1)],
  [ring, stem(0.88, -0.6, 1)],
  [ring, stem(0.12, 0, 1.4)],
  [ring, bar(0.5)],
  [arch, stem(0.12, 0, 1), stem(0.88, 0.4, 1)],
  [arch, stem(0.12, -0.6, 1), stem(0.88, 0.4, 1)],
  [stem(0.5, -0.6, 1)],
  [stem(0.5, -0.4, 1), bar(0)],
  [stem(0.5, 0, 1)],
];

/** Sharp glyphs are 1 where there is ink; letters, gaps between words and lines as on a page. */
export function printedPage(random: () => number, width: number, height: number, size: number): Float32Array {
  const page = new Float32Array(width * height);
  const tilt = 0.1 * (random() - 0.5);
  for (let line = -size * random() * 2; line < height + size; line += 2.3 * size) {
    for (let left = -size * random() * 3; left < width;) {
      if (random() < 0.18) left += 0.5 * size;
      const parts = GLYPHS[Math.floor(random() * GLYPHS.length)]!;
      const wide = parts.length === 1 && parts[0] !== ring ? 0.45 * size : 0.8 * size;
      for (let y = Math.max(0, Math.floor(line - size)); y < Math.min(height, line + 1.6 * size); y++) {
        for (let x = Math.max(0, Math.floor(left)); x < Math.min(width, left + wide); x++) {
          const [across, down] = [(x - left) / wide, (y - line - tilt * x) / size];
          if (parts.some((part) => part(across, down))) page[y * width + x] = 1;
        }
      }
      left += wide + 0.12 * size;
    }
  }
  return page;
}

/** Three passes of a box: near enough to a lens out of focus. Edges repeated. @param radius pixels */
export function blurred(page: Float32Array, width: number, height: number, radius: number): Float32Array {
  const pass = (from: Float32Array, stepX: number, stepY: number): Float32Array =>
    from.map((_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      let sum = 0;
      for (let k = -radius; k <= radius; k++) {
        const px = Math.min(Math.max(x + k * stepX, 0), width - 1);
        const py = Math.min(Math.max(y + k * stepY, 0), height - 1);
        sum += from[py * width + px]!;
      }
      return sum / (2 * radius + 1);
    });
  let out = page;
  for (let i = 0; i < 3; i++) out = pass(pass(out, 1, 0), 0, 1);
  return out;
}
