interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A face that was not seen for so long is another, ms. */
const FORGET_MS = 5000;
/** Boxes of one face overlap by so much of what both cover, from one picture to the next. */
const SAME = 0.2;

/** Numbers faces from 0 on: one keeps its number while it is seen about where it was. They name no person. */
export class FaceIds {
  #last: (Box & { atMs: number }) | null = null;
  #id = -1;

  of(box: Box, now: number): number {
    const last = this.#last;
    this.#last = { ...box, atMs: now };
    if (!last || now - last.atMs > FORGET_MS || shared(last, box) < SAME) this.#id += 1;
    return this.#id;
  }
}

/** Intersection over union. */
function shared(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / (a.width * a.height + b.width * b.height - both);
}
