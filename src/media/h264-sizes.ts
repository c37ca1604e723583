import {
  beginsPicture,
  firstMacroblock,
  isOfCalls,
  isIdr,
  isSlice,
  nalUnits,
  parseSequenceParameters,
  PICTURE_PARAMETERS,
  SEQUENCE_PARAMETERS,
  unitType,
} from './h264-parameters.js';
import { type PictureCost, type PictureSizes } from './picture-cost.js';

const MACROBLOCK = 16;
/**
 * Nothing in H.264 keeps a slice from going on to the end of its picture whatever slices follow it, and the decoder follows each
 * of them: ten octets that say "as before" for all macroblocks. Where slices share a picture evenly, the rests of eight of them
 * are 3.5 pictures, which are free; what is beyond costs half of what a picture does, for much of it must be copies.
 */
const FREE_RESTS = 4;
const REST_SHARE = 1 / 2;
/** Parameter sets of one picture that cost nothing, and those beyond that cost as much as a picture. */
const FREE_SETS = 8;
const SETS_PER_PICTURE = 8;

/**
 * Of H.264. Its decoder may refuse a set of parameters that is fine here and go on with one that it had, so a size is forgotten only
 * with the decoder: a key frame that brings a set of another size gets a new one.
 */
export class H264Sizes implements PictureSizes {
  /** The largest of what the decoder may hold. */
  #pixels = 0;

  read(data: Uint8Array): PictureCost | null {
    let pictures = 0;
    let pixels = 0;
    let sets = 0;
    /** Where the other slices of pictures begin. */
    const others: number[] = [];
    /** The first slice is of a key frame, and a set of parameters stands before it. */
    let startsAnew: boolean | null = null;
    for (const unit of nalUnits(data)) {
      const type = unitType(unit);
      if (type === SEQUENCE_PARAMETERS || type === PICTURE_PARAMETERS) sets++;
      if (type === SEQUENCE_PARAMETERS) {
        const parameters = parseSequenceParameters(unit);
        if (!parameters || !isOfCalls(parameters)) return null;
        pixels = Math.max(pixels, parameters.width * parameters.height);
      } else if (beginsPicture(unit)) {
        pictures++;
        startsAnew ??= isIdr(unit) && pixels > 0;
      } else if (isSlice(unit)) {
        others.push(firstMacroblock(unit));
      }
    }
    const afresh = startsAnew === true && this.#pixels > 0 && pixels !== this.#pixels;
    this.#pixels = afresh ? pixels : Math.max(pixels, this.#pixels);
    pictures = Math.max(1, pictures);
    const rests = restsOf(others, this.#pixels / MACROBLOCK ** 2);
    const further = REST_SHARE * Math.max(0, rests - FREE_RESTS * pictures);
    const ofSets = Math.max(0, sets - FREE_SETS) / SETS_PER_PICTURE;
    return { pixels: this.#pixels, pictures: pictures + further + ofSets, afresh };
  }

  last(): PictureCost {
    return { pixels: this.#pixels, pictures: 1, afresh: false };
  }

  reset(): void {
    this.#pixels = 0;
  }
}

/** What slices cover if each goes on to the end of its picture, in pictures. @param firsts where they begin, in macroblocks */
function restsOf(firsts: readonly number[], macroblocks: number): number {
  return firsts.reduce((sum, first) => sum + Math.max(0, 1 - first / Math.max(1, macroblocks)), 0);
}
