import {
  beginsPicture,
  isIdr,
  nalUnits,
  parseSequenceParameters,
  SEQUENCE_PARAMETERS,
  unitType,
} from './h264-parameters.js';
import { vp8KeyFrameSize } from './vp8-depacketizer.js';

/** What decoding an encoded picture takes. */
export interface PictureCost {
  /** Pixels of one picture, in whole macroblocks. */
  pixels: number;
  /** Pictures in it: one, unless the sender puts more under one timestamp. */
  pictures: number;
  /** It holds only for a decoder that is opened anew before this picture, which needs none that came before. */
  afresh: boolean;
}

const MACROBLOCK = 16;

/**
 * How large the encoded pictures of a track are, read from the bitstream before anything is decoded. A decoder of H.264 may
 * refuse a set of parameters that is fine here and go on with one that it had, so a size is forgotten only with the decoder:
 * a key frame that brings a set of another size gets a new one.
 */
export class PictureSizes {
  readonly #codec: 'VP8' | 'H264';
  /** The largest of what the decoder may hold. */
  #pixels = 0;

  constructor(codec: 'VP8' | 'H264') {
    this.#codec = codec;
  }

  /** Null: it says something about its size that cannot be. The sizes of later pictures are taken from it otherwise. */
  read(data: Uint8Array, keyFrame: boolean): PictureCost | null {
    return this.#codec === 'VP8' ? this.#vp8(data, keyFrame) : this.#h264(data);
  }

  /** As far as is known. */
  last(): PictureCost {
    return { pixels: this.#pixels, pictures: 1, afresh: false };
  }

  /** The decoder forgot everything too. */
  reset(): void {
    this.#pixels = 0;
  }

  #vp8(data: Uint8Array, keyFrame: boolean): PictureCost | null {
    if (keyFrame) {
      const size = vp8KeyFrameSize(data);
      if (!size) return null;
      const whole = (side: number): number => Math.ceil(side / MACROBLOCK) * MACROBLOCK;
      this.#pixels = whole(size.width) * whole(size.height);
    }
    return this.last();
  }

  #h264(data: Uint8Array): PictureCost | null {
    let pictures = 0;
    let pixels = 0;
    /** The first slice is of a key frame, and a set of parameters stands before it. */
    let startsAnew: boolean | null = null;
    for (const unit of nalUnits(data)) {
      if (unitType(unit) === SEQUENCE_PARAMETERS) {
        const parameters = parseSequenceParameters(unit);
        if (!parameters) return null;
        pixels = Math.max(pixels, parameters.width * parameters.height);
      } else if (beginsPicture(unit)) {
        pictures++;
        startsAnew ??= isIdr(unit) && pixels > 0;
      }
    }
    const afresh = startsAnew === true && this.#pixels > 0 && pixels !== this.#pixels;
    this.#pixels = afresh ? pixels : Math.max(pixels, this.#pixels);
    return { pixels: this.#pixels, pictures: Math.max(1, pictures), afresh };
  }
}
