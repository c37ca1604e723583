import { BitReader } from './bit-reader.js';

/** What a sequence header says, as far as frame headers are read by it (AV1 §5.5). */
export interface Av1Sequence {
  /** 4:2:0 of 8 bits, in colour: what calls send. */
  ordinary: boolean;
  /** Every frame is a still picture. */
  reducedStill: boolean;
  /** The largest frame that says no size of its own. */
  maxSize: { width: number; height: number };
  /** Bits of the sizes that frames may say themselves: they may be larger than the largest. */
  sizeBits: { width: number; height: number };
  operatingPoints: { layers: number; hasDecoderModel: boolean }[];
  /** Bits of what a frame says of its time; 0: nothing. */
  presentationTimeBits: number;
  /** Bits of when buffers are free again; null: not told. */
  bufferRemovalBits: number | null;
  /** Bits of a frame's id, and of a difference of two; null: frames have none. */
  frameIdBits: { id: number; delta: number } | null;
  /** 0, 1, or 2: each frame chooses. */
  screenContentTools: number;
  integerMotionVectors: number;
  orderHintBits: number;
}

/** Frames choose themselves (SELECT_SCREEN_CONTENT_TOOLS, SELECT_INTEGER_MV). */
export const EACH_FRAME = 2;
const BT_709 = 1;
const SRGB = 13;
const IDENTITY = 0;

/** @param data of the unit, without its header. Null when it is cut short or reserved. */
export function readAv1Sequence(data: Uint8Array): Av1Sequence | null {
  const bits = new BitReader(data);
  const profile = bits.read(3);
  bits.skip(1); // still_picture
  const reducedStill = bits.read(1) === 1;
  const timing = reducedStill ? readReduced(bits) : readTiming(bits);
  const sizeBits = { width: bits.read(4) + 1, height: bits.read(4) + 1 };
  const maxSize = { width: bits.read(sizeBits.width) + 1, height: bits.read(sizeBits.height) + 1 };
  let frameIdBits: Av1Sequence['frameIdBits'] = null;
  if (!reducedStill && bits.read(1) === 1) {
    const delta = bits.read(4) + 2;
    frameIdBits = { delta, id: delta + bits.read(3) + 1 };
  }
  bits.skip(3); // superblocks, intra filters
  const tools = reducedStill ? STILL_TOOLS : readTools(bits);
  bits.skip(3); // enable_superres, cdef, restoration
  const ordinary = readColours(bits, profile);
  if (bits.overrun || profile > 2) return null;
  return { ordinary, reducedStill, maxSize, sizeBits, ...timing, frameIdBits, ...tools };
}

type Timing = Pick<Av1Sequence, 'operatingPoints' | 'presentationTimeBits' | 'bufferRemovalBits'>;

function readReduced(bits: BitReader): Timing {
  bits.skip(5); // seq_level_idx
  return {
    operatingPoints: [{ layers: 0, hasDecoderModel: false }],
    presentationTimeBits: 0,
    bufferRemovalBits: null,
  };
}

function readTiming(bits: BitReader): Timing {
  let presentationTimeBits = 0;
  let bufferDelayBits = 0;
  let bufferRemovalBits: number | null = null;
  // timing_info_present_flag
  if (bits.read(1) === 1) {
    bits.skip(64);
    const equalIntervals = bits.read(1) === 1;
    if (equalIntervals) bits.exponential(); // uvlc() is ue(v) of H.264; 32 zeros, after which decoders differ, are allowed in neither
    // decoder_model_info_present_flag
    if (bits.read(1) === 1) {
      bufferDelayBits = bits.read(5) + 1;
      bits.skip(32);
      bufferRemovalBits = bits.read(5) + 1;
      const timeBits = bits.read(5) + 1;
      if (!equalIntervals) presentationTimeBits = timeBits;
    }
  }
  const displayDelay = bits.read(1) === 1;
  const count = bits.read(5) + 1;
  const operatingPoints: Timing['operatingPoints'] = [];
  for (let i = 0; i < count && !bits.overrun; i++) {
    const layers = bits.read(12);
    if (bits.read(5) > 7) bits.skip(1); // seq_level_idx, seq_tier
    const hasDecoderModel = bufferRemovalBits !== null && bits.read(1) === 1;
    if (hasDecoderModel) bits.skip(2 * bufferDelayBits + 1);
    if (displayDelay && bits.read(1) === 1) bits.skip(4);
    operatingPoints.push({ layers, hasDecoderModel });
  }
  return { operatingPoints, presentationTimeBits, bufferRemovalBits };
}

type Tools = Pick<Av1Sequence, 'screenContentTools' | 'integerMotionVectors' | 'orderHintBits'>;
const STILL_TOOLS: Tools = { screenContentTools: EACH_FRAME, integerMotionVectors: EACH_FRAME, orderHintBits: 0 };

function readTools(bits: BitReader): Tools {
  bits.skip(4); // compounds, warps, dual filter
  const ordered = bits.read(1) === 1;
  if (ordered) bits.skip(2);
  const screenContentTools = bits.read(1) === 1 ? EACH_FRAME : bits.read(1);
  let integerMotionVectors = EACH_FRAME;
  if (screenContentTools > 0 && bits.read(1) === 0) integerMotionVectors = bits.read(1);
  return { screenContentTools, integerMotionVectors, orderHintBits: ordered ? bits.read(3) + 1 : 0 };
}

/** §5.5.2, color_config: whether it is 4:2:0 of 8 bits. */
function readColours(bits: BitReader, profile: number): boolean {
  if (profile !== 0) return false;
  const deep = bits.read(1) === 1;
  const mono = bits.read(1) === 1;
  if (bits.read(1) === 1) {
    const [primaries, transfer, matrix] = [bits.read(8), bits.read(8), bits.read(8)];
    // Full planes without saying so.
    if (primaries === BT_709 && transfer === SRGB && matrix === IDENTITY) return false;
  }
  return !deep && !mono;
}
