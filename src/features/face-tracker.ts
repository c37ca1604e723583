import type { GreyPlane } from './picture.js';
import { resampleGrey, type Region } from './resample.js';

/** Side of the template, in cells. */
const TEMPLATE = 20;
/** Cells searched to each side: the face may move by MARGIN / TEMPLATE of its size between two pictures. */
const MARGIN = 8;
const SEARCH = TEMPLATE + 2 * MARGIN;
/** Correlation below which the track is lost: what is there is no longer the face that was found. */
export const MIN_CORRELATION = 0.5;
/** Correlation above which the size is left alone, and the sizes tried below it. */
const GOOD_CORRELATION = 0.95;
const SCALES = [0.95, 1.05];
/** Standard deviation, grey levels, below which a template is flat and matches everything. */
const MIN_DEVIATION = 4;

/**
 * Follows a face between two searches: the small grey template taken where it was found is looked for around its last
 * place by normalised cross-correlation (J. P. Lewis, "Fast Normalized Cross-Correlation", 1995: window sums from
 * running-sum tables), which does not mind changes of brightness and contrast. About 0.3 ms a picture. Size is followed
 * only roughly: the next search corrects it.
 */
export class FaceTracker {
  #template: Float32Array | null = null;
  #box: Region = { x: 0, y: 0, width: 0, height: 0 };
  #correlation = 0;

  /** How much the face last followed looks like the one that was found, -1..1; 1 right after `start`. */
  get correlation(): number {
    return this.#correlation;
  }

  /** Takes the template. Answers false, and tracks nothing, when the box is too flat to be followed. */
  start(picture: GreyPlane, box: Region): boolean {
    const grey = resampleGrey(picture, box, TEMPLATE, TEMPLATE);
    const deviation = normalise(grey);
    this.#template = deviation >= MIN_DEVIATION ? grey : null;
    this.#box = { x: box.x, y: box.y, width: box.width, height: box.height };
    this.#correlation = 1;
    return this.#template !== null;
  }

  /** @returns the face's new place, or null when it is lost (and then until the next `start`) */
  follow(picture: GreyPlane): Region | null {
    if (!this.#template) return null;
    const { x, y, width, height } = this.#box;
    const cellX = width / TEMPLATE;
    const cellY = height / TEMPLATE;
    const around = {
      x: x - MARGIN * cellX,
      y: y - MARGIN * cellY,
      width: SEARCH * cellX,
      height: SEARCH * cellY,
    };
    const grey = resampleGrey(picture, around, SEARCH, SEARCH);
    const best = match(this.#template, grey);
    const moved = { x: x + best.dx * cellX, y: y + best.dy * cellY, width, height };
    const { box, correlation } = this.#rescale(picture, moved, best.correlation);
    this.#correlation = correlation;
    const centreX = box.x + box.width / 2;
    const centreY = box.y + box.height / 2;
    const inside = centreX >= 0 && centreX <= picture.width && centreY >= 0 && centreY <= picture.height;
    if (correlation < MIN_CORRELATION || !inside) {
      this.#template = null;
      return null;
    }
    this.#box = box;
    return box;
  }

  /** The box itself, or one a little smaller or larger around the same centre where that fits better. */
  #rescale(picture: GreyPlane, box: Region, correlation: number): { box: Region; correlation: number } {
    // A good match is not made better by guessing at its size: the next search knows.
    if (correlation >= GOOD_CORRELATION) return { box, correlation };
    let best = { box, correlation };
    for (const scale of SCALES) {
      const width = box.width * scale;
      const height = box.height * scale;
      const other = { x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height };
      const grey = resampleGrey(picture, other, TEMPLATE, TEMPLATE);
      if (normalise(grey) < 1) continue;
      const fit = grey.reduce((sum, v, i) => sum + v * this.#template![i]!, 0);
      if (fit > best.correlation) best = { box: other, correlation: fit };
    }
    return best;
  }

  stop(): void {
    this.#template = null;
  }
}

/** Makes the mean 0 and the sum of squares 1, in place. @returns the standard deviation it had */
function normalise(values: Float32Array): number {
  let mean = 0;
  for (const v of values) mean += v;
  mean /= values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    values[i]! -= mean;
    squares += values[i]! ** 2;
  }
  const length = Math.sqrt(squares);
  if (length > 0) for (let i = 0; i < values.length; i++) values[i]! /= length;
  return Math.sqrt(squares / values.length);
}

const POSITIONS = 2 * MARGIN + 1;

/** Best place of the template in the search area: offset from the middle in cells (fractional), and its correlation. */
function match(template: Float32Array, grey: Float32Array): { dx: number; dy: number; correlation: number } {
  const { sums, squares } = tables(grey);
  const scores = new Float64Array(POSITIONS * POSITIONS);
  const cells = TEMPLATE * TEMPLATE;
  let best = 0;
  for (let py = 0; py < POSITIONS; py++) {
    for (let px = 0; px < POSITIONS; px++) {
      const sum = windowSum(sums, px, py);
      const variance = windowSum(squares, px, py) - (sum * sum) / cells;
      let product = 0;
      if (variance > cells) {
        for (let j = 0, t = 0; j < TEMPLATE; j++) {
          const row = (py + j) * SEARCH + px;
          for (let i = 0; i < TEMPLATE; i++, t++) product += template[t]! * grey[row + i]!;
        }
        product /= Math.sqrt(variance); // the template has mean 0 and length 1 already
      }
      const at = py * POSITIONS + px;
      scores[at] = product;
      if (product > scores[best]!) best = at;
    }
  }
  const px = best % POSITIONS;
  const py = Math.floor(best / POSITIONS);
  const at = (x: number, y: number): number => scores[y * POSITIONS + x] ?? 0;
  const fine = (p: number, of: (p: number) => number): number =>
    p === 0 || p === POSITIONS - 1 ? p : p + peak(of(p - 1), of(p), of(p + 1));
  return {
    dx: fine(px, (p) => at(p, py)) - MARGIN,
    dy: fine(py, (p) => at(px, p)) - MARGIN,
    correlation: scores[best]!,
  };
}

/** Offset, -0.5..0.5, of the top of the parabola through three neighbours. */
function peak(before: number, top: number, after: number): number {
  const curvature = before - 2 * top + after;
  return curvature < 0 ? Math.max(-0.5, Math.min(0.5, (before - after) / (2 * curvature))) : 0;
}

const TABLE = SEARCH + 1;

function tables(grey: Float32Array): { sums: Float64Array; squares: Float64Array } {
  const sums = new Float64Array(TABLE * TABLE);
  const squares = new Float64Array(TABLE * TABLE);
  for (let y = 0; y < SEARCH; y++) {
    let sum = 0;
    let square = 0;
    for (let x = 0; x < SEARCH; x++) {
      const v = grey[y * SEARCH + x]!;
      sum += v;
      square += v * v;
      const at = (y + 1) * TABLE + x + 1;
      sums[at] = sums[at - TABLE]! + sum;
      squares[at] = squares[at - TABLE]! + square;
    }
  }
  return { sums, squares };
}

function windowSum(table: Float64Array, x: number, y: number): number {
  const top = y * TABLE + x;
  const bottom = top + TEMPLATE * TABLE;
  return table[bottom + TEMPLATE]! - table[bottom]! - table[top + TEMPLATE]! + table[top]!;
}
