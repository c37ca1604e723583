/** Side of the template, in cells. */
export const TEMPLATE = 20;
/** Cells searched to each side: the face may move by MARGIN / TEMPLATE of its size between two pictures. */
export const MARGIN = 8;
export const SEARCH = TEMPLATE + 2 * MARGIN;
/** Cells looked at first: people in front of a camera mostly sit still from one picture to the next. */
export const NEAR_MARGIN = 3;
export const NEAR = TEMPLATE + 2 * NEAR_MARGIN;
/** A place near the last one with such a correlation is the face: elsewhere there is none that is more like it. */
const CERTAIN_CORRELATION = 0.9;
const POSITIONS = 2 * MARGIN + 1;

export interface Match {
  /** From the middle, in cells, fractional. */
  dx: number;
  dy: number;
  correlation: number;
}

/** Best place of the template in the whole search area. */
export function matchAll(template: Float32Array, grey: Float32Array): Match {
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

const NEAR_POSITIONS = 2 * NEAR_MARGIN + 1;

/**
 * Climbs from the middle to the best place near it. Null where the slope leads out of the area, or to something that is not
 * like the face beyond doubt: then only a look at everything tells.
 */
export function matchNear(template: Float32Array, grey: Float32Array): Match | null {
  const scores = new Float64Array(NEAR_POSITIONS * NEAR_POSITIONS).fill(NaN);
  const score = (x: number, y: number): number => {
    const at = y * NEAR_POSITIONS + x;
    const known = scores[at]!;
    return Number.isNaN(known) ? (scores[at] = correlate(template, grey, NEAR, x, y)) : known;
  };
  let x = NEAR_MARGIN;
  let y = NEAR_MARGIN;
  for (;;) {
    if (x === 0 || y === 0 || x === NEAR_POSITIONS - 1 || y === NEAR_POSITIONS - 1) return null;
    let [bestX, bestY] = [x, y];
    for (let ny = y - 1; ny <= y + 1; ny++) {
      for (let nx = x - 1; nx <= x + 1; nx++) {
        if (score(nx, ny) > score(bestX, bestY)) [bestX, bestY] = [nx, ny];
      }
    }
    if (bestX === x && bestY === y) break;
    [x, y] = [bestX, bestY];
  }
  const correlation = score(x, y);
  if (correlation < CERTAIN_CORRELATION) return null;
  return {
    dx: x + peak(score(x - 1, y), correlation, score(x + 1, y)) - NEAR_MARGIN,
    dy: y + peak(score(x, y - 1), correlation, score(x, y + 1)) - NEAR_MARGIN,
    correlation,
  };
}

/** Correlation of the template with the window of `grey`, `side` wide, at (x, y). */
function correlate(template: Float32Array, grey: Float32Array, side: number, x: number, y: number): number {
  let sum = 0;
  let squares = 0;
  let product = 0;
  for (let j = 0, t = 0; j < TEMPLATE; j++) {
    const row = (y + j) * side + x;
    for (let i = 0; i < TEMPLATE; i++, t++) {
      const v = grey[row + i]!;
      sum += v;
      squares += v * v;
      product += template[t]! * v;
    }
  }
  const cells = TEMPLATE * TEMPLATE;
  const variance = squares - (sum * sum) / cells;
  return variance > cells ? product / Math.sqrt(variance) : 0;
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
