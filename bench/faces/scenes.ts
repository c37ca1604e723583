import type { Picture } from '../../src/features/picture.js';
import { seeded } from '../support/random.js';
import { blurred, printedPage } from './print.js';

type Paint = (x: number, y: number) => readonly [number, number, number];
const grey = (value: number): [number, number, number] => [value, value, value];

/** Light and shade of several sizes, as a badly focused room has. */
function clouds(random: () => number, smallest: number): Paint {
  const octaves = Array.from({ length: 4 }, () => Float32Array.from({ length: 4096 }, () => random() - 0.5));
  const tint = [0.8 + 0.2 * random(), 0.8 + 0.2 * random(), 0.8 + 0.2 * random()];
  const at = (values: Float32Array, x: number, y: number): number => values[(x & 63) + 64 * (y & 63)]!;
  return (x, y) => {
    let value = 128;
    octaves.forEach((values, octave) => {
      const size = smallest * 2 ** (3 - octave);
      const [cx, cy] = [Math.floor(x / size), Math.floor(y / size)];
      const [fx, fy] = [x / size - cx, y / size - cy];
      const top = at(values, cx, cy) * (1 - fx) + at(values, cx + 1, cy) * fx;
      const bottom = at(values, cx, cy + 1) * (1 - fx) + at(values, cx + 1, cy + 1) * fx;
      value += (200 / (octave + 1)) * (top * (1 - fy) + bottom * fy);
    });
    return [value * tint[0]!, value * tint[1]!, value * tint[2]!];
  };
}

/** Skin-coloured and dark ellipses on a wall: lamps, cushions, clocks. */
function blobs(random: () => number, width: number, height: number): Paint {
  const all = Array.from({ length: 12 }, () => ({
    x: random() * width,
    y: random() * height,
    a: (0.04 + 0.25 * random()) * width,
    b: (0.04 + 0.25 * random()) * width,
    colour: random() < 0.5 ? ([220, 170, 140] as const) : grey(40 + 180 * random()),
  }));
  const wall = grey(100 + 100 * random());
  return (x, y) => all.findLast((one) => ((x - one.x) / one.a) ** 2 + ((y - one.y) / one.b) ** 2 < 1)?.colour ?? wall;
}

/** A page held before the camera or hanging on the wall, out of focus. */
function print(random: () => number, width: number, height: number): Paint {
  const size = 6 + 40 * random() ** 2;
  const page = blurred(
    printedPage(random, width, height, size),
    width,
    height,
    Math.round((0.06 + 0.2 * random()) * size),
  );
  const [paper, ink] = [150 + 90 * random(), 20 + 90 * random()];
  return (x, y) => grey(paper + (ink - paper) * page[y * width + x]!);
}

const KINDS: Record<string, (random: () => number, width: number, height: number) => Paint> = {
  noise: (random) => () => [255 * random(), 255 * random(), 255 * random()],
  'grey noise': (random) => () => grey(255 * random()),
  gradients: (random) => {
    const [a, b, c, d] = [random(), random(), random(), random()];
    return (x, y) => [a * x + b * y, c * x + 60, d * y + 60];
  },
  checkerboards: (random) => {
    const side = 4 + 40 * random();
    return (x, y) => grey((Math.floor(x / side) + Math.floor(y / side)) % 2 ? 220 : 40);
  },
  stripes: (random) => {
    const [kx, ky] = [0.5 * random(), 0.5 * random()];
    return (x, y) => grey(128 + 100 * Math.sin(kx * x + ky * y));
  },
  waves: (random) => {
    const [kx, ky] = [0.05 + 0.3 * random(), 0.05 + 0.3 * random()];
    return (x, y) => grey(128 + 100 * Math.sin(kx * x) * Math.sin(ky * y));
  },
  tiles: (random) => {
    const side = 8 + 40 * random();
    const colours = Array.from({ length: 200 }, () => [255 * random(), 255 * random(), 255 * random()] as const);
    return (x, y) => colours[(Math.floor(x / side) + 14 * Math.floor(y / side)) % colours.length]!;
  },
  clouds: (random) => clouds(random, 4 + 20 * random()),
  blobs,
};

const SIZES = [
  [320, 180],
  [180, 320],
  [160, 120],
  [120, 160],
  [160, 160],
] as const;

/** @returns pictures of nobody, drawn; the same every time */
export function drawnScenes(each: number): Picture[] {
  return Object.entries(KINDS).flatMap(([name, kind], k) =>
    Array.from({ length: each }, (_, i) => {
      const [width, height] = SIZES[i % SIZES.length]!;
      return painted(kind(seeded(1000 * k + i + name.length), width, height), width, height);
    }),
  );
}

/** @param from the first one's number: the same number is the same page @returns pages of print out of focus, which look like faces to the finder */
export function printedPages(count: number, from: number): Picture[] {
  return Array.from({ length: count }, (_, i) => {
    const [width, height] = SIZES[(from + i) % SIZES.length]!;
    return painted(print(seeded(from + i), width, height), width, height);
  });
}

function painted(paint: Paint, width: number, height: number): Picture {
  const rgb = new Uint8ClampedArray(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) rgb.set(paint(x, y), at);
  }
  return { rgb: new Uint8Array(rgb.buffer), width, height };
}

export { SIZES as CALL_SIZES };
