/** What decoding an encoded picture takes. */
export interface PictureCost {
  /** Pixels of one picture, in whole blocks of the codec. */
  pixels: number;
  /**
   * As many whole pictures decoding it may cost: one, unless the sender puts more under one timestamp, or so many slices or
   * parameter sets into one that they cost as much as further pictures.
   */
  pictures: number;
  /** It holds only for a decoder that is opened anew before this picture, which needs none that came before. */
  afresh: boolean;
}

/** Reads of the bitstream of one track how large its pictures are, before anything is decoded. */
export interface PictureSizes {
  /** Null: it says something about its size that cannot be, or of its kind that no call has. The sizes of later pictures are taken from it otherwise. */
  read(data: Uint8Array, keyFrame: boolean): PictureCost | null;
  /** As far as is known. */
  last(): PictureCost;
  /** The decoder forgot everything too. */
  reset(): void;
}

/** Pixels of a picture whose sides are rounded up to whole blocks. */
export const inBlocks = ({ width, height }: { width: number; height: number }, block: number): number =>
  Math.ceil(width / block) * block * Math.ceil(height / block) * block;
