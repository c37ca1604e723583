import { beginsPicture, nalUnits, parseSequenceParameters, SEQUENCE_PARAMETERS, unitType } from './h264-parameters.js';
import { vp8KeyFrameSize } from './vp8-depacketizer.js';

/** What decoding an encoded picture takes. */
export interface PictureCost {
  /** Pixels of one picture, in whole macroblocks. */
  pixels: number;
  /** Pictures in it: one, unless the sender puts more under one timestamp. */
  pictures: number;
}

const MACROBLOCK = 16;

/** How large the encoded pictures of a track are, read from the bitstream before anything is decoded. */
export class PictureSizes {
  readonly #codec: 'VP8' | 'H264';
  /** Pixels by the number of the parameter set; VP8 has one. A slice may refer to any set that came before. */
  readonly #pixels = new Map<number, number>();

  constructor(codec: 'VP8' | 'H264') {
    this.#codec = codec;
  }

  /** Null: it says something about its size that cannot be. The sizes of later pictures are taken from it otherwise. */
  read(data: Uint8Array, keyFrame: boolean): PictureCost | null {
    return this.#codec === 'VP8' ? this.#vp8(data, keyFrame) : this.#h264(data);
  }

  /** As far as is known. */
  last(): PictureCost {
    return { pixels: this.#largest(), pictures: 1 };
  }

  /** The decoder forgot everything too. */
  reset(): void {
    this.#pixels.clear();
  }

  #vp8(data: Uint8Array, keyFrame: boolean): PictureCost | null {
    if (keyFrame) {
      const size = vp8KeyFrameSize(data);
      if (!size) return null;
      const whole = (side: number): number => Math.ceil(side / MACROBLOCK) * MACROBLOCK;
      this.#pixels.set(0, whole(size.width) * whole(size.height));
    }
    return this.last();
  }

  #h264(data: Uint8Array): PictureCost | null {
    let pictures = 0;
    for (const unit of nalUnits(data)) {
      if (unitType(unit) === SEQUENCE_PARAMETERS) {
        const parameters = parseSequenceParameters(unit);
        if (!parameters) return null;
        this.#pixels.set(parameters.id, parameters.width * parameters.height);
      } else if (beginsPicture(unit)) {
        pictures++;
      }
    }
    return { pixels: this.#largest(), pictures: Math.max(1, pictures) };
  }

  #largest(): number {
    let largest = 0;
    for (const pixels of this.#pixels.values()) largest = Math.max(largest, pixels);
    return largest;
  }
}
