import type { GreyPlane } from './picture.js';
import { MARGIN, matchAll, matchNear, NEAR, NEAR_MARGIN, SEARCH, TEMPLATE } from './template-match.js';
import { resampleGrey, type Region } from './resample.js';

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
 * running-sum tables), which does not mind changes of brightness and contrast: first by climbing to the best place nearby,
 * and everywhere around if that is not the face beyond doubt. Size is followed only roughly: the next search corrects it.
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
    const around = (margin: number, side: number): Float32Array => {
      const region = {
        x: x - margin * cellX,
        y: y - margin * cellY,
        width: side * cellX,
        height: side * cellY,
      };
      return resampleGrey(picture, region, side, side);
    };
    const best =
      matchNear(this.#template, around(NEAR_MARGIN, NEAR)) ?? matchAll(this.#template, around(MARGIN, SEARCH));
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
