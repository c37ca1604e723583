import type { BitReader } from './bit-reader.js';

/** How far pictures are shown in another order than they come in. */
export interface Reordering {
  /** Pictures that come before one that is shown before them, at most (max_num_reorder_frames). */
  most: number;
  /** Pictures may say by themselves how their lines are shown (pic_struct_present_flag). */
  tellsLines: boolean;
}

const EXTENDED_ASPECT = 255;
/** cpb_cnt_minus1 is less (§E.2.2). */
const MOST_BUFFERS = 32;
/** Pictures that any decoder keeps, at most (§A.3.1). */
const MOST_KEPT = 16;

/**
 * Video usability information of a sequence parameter set (H.264 §E.1.1), from vui_parameters_present_flag on: what is needed of it.
 * @returns null where it does not say how pictures are put in order, or is cut short: decoders guess then
 */
export function readReordering(bits: BitReader): Reordering | null {
  if (bits.read(1) === 0) return null;
  if (bits.read(1) === 1 && bits.read(8) === EXTENDED_ASPECT) bits.skip(32);
  if (bits.read(1) === 1) bits.skip(1); // overscan
  if (bits.read(1) === 1) {
    bits.skip(4); // video_format, video_full_range_flag
    if (bits.read(1) === 1) bits.skip(24); // colours
  }
  if (bits.read(1) === 1) {
    bits.exponential(); // chroma_sample_loc_type_*
    bits.exponential();
  }
  if (bits.read(1) === 1) bits.skip(65); // timing
  const [ofUnits, ofVideo] = [skipBuffers(bits), skipBuffers(bits)];
  if (ofUnits || ofVideo) bits.skip(1); // low_delay_hrd_flag
  const tellsLines = bits.read(1) === 1;
  if (bits.read(1) === 0) return null; // bitstream_restriction_flag
  bits.skip(1); // motion_vectors_over_pic_boundaries_flag
  for (let limit = 0; limit < 4; limit++) bits.exponential(); // of sizes and motion
  const most = bits.exponential();
  const kept = bits.exponential(); // max_dec_frame_buffering
  return bits.overrun || kept > MOST_KEPT || most > kept ? null : { most, tellsLines };
}

/** §E.1.2. @returns whether there were any */
function skipBuffers(bits: BitReader): boolean {
  if (bits.read(1) === 0) return false;
  const count = Math.min(MOST_BUFFERS, bits.exponential() + 1);
  bits.skip(8); // scales
  for (let i = 0; i < count; i++) {
    bits.exponential(); // rate
    bits.exponential(); // size
    bits.skip(1);
  }
  bits.skip(20); // lengths
  return true;
}
