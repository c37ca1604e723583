import { type Av1Sequence, EACH_FRAME } from './av1-sequence.js';
import { BitReader } from './bit-reader.js';

/** What the header of a frame says, as far as it matters here (AV1 §5.9.2). */
export interface Av1Frame {
  /** `shown-again`: nothing is decoded, a picture that the decoder has is shown. */
  kind: 'key' | 'inter' | 'intra' | 'switch' | 'shown-again';
  shown: boolean;
  /** Pixels, after superres, so at least as many as are decoded (§5.9.8); null: that of a picture it builds on. */
  size: { width: number; height: number } | null;
}

const KINDS = ['key', 'inter', 'intra', 'switch'] as const;
const ALL_PLACES = 0xff;
const PLACES = 8;
const REFERENCES = 7;

/** The first bits, which need nothing else to be read; null when there are none. */
export function readAv1FrameKind(data: Uint8Array): Pick<Av1Frame, 'kind' | 'shown'> | null {
  const first = data[0];
  if (first === undefined) return null;
  if ((first & 0x80) !== 0) return { kind: 'shown-again', shown: true };
  return { kind: KINDS[(first >> 5) & 3] as (typeof KINDS)[number], shown: (first & 0x10) !== 0 };
}

/** @param data of the unit, without its header. Null when it is cut short. */
export function readAv1Frame(
  data: Uint8Array,
  sequence: Av1Sequence,
  layers: { temporalId: number; spatialId: number },
): Av1Frame | null {
  const bits = new BitReader(data);
  const frame = readHeader(bits, sequence, layers);
  return bits.overrun ? null : frame;
}

function readHeader(
  bits: BitReader,
  sequence: Av1Sequence,
  layers: { temporalId: number; spatialId: number },
): Av1Frame {
  const { reducedStill, frameIdBits, orderHintBits } = sequence;
  let kind: (typeof KINDS)[number] = 'key';
  let shown = true;
  let resilient = true;
  if (!reducedStill) {
    // show_existing_frame
    if (bits.read(1) === 1) return { kind: 'shown-again', shown, size: null };
    kind = KINDS[bits.read(2)] as (typeof KINDS)[number];
    shown = bits.read(1) === 1;
    if (shown) bits.skip(sequence.presentationTimeBits);
    else bits.skip(1); // showable_frame
    resilient = kind === 'switch' || (kind === 'key' && shown) || bits.read(1) === 1;
  }
  const fromNothing = kind === 'key' || kind === 'intra';
  bits.skip(1); // disable_cdf_update
  const screenContent =
    sequence.screenContentTools === EACH_FRAME ? bits.read(1) === 1 : sequence.screenContentTools === 1;
  if (screenContent && sequence.integerMotionVectors === EACH_FRAME) bits.skip(1);
  if (frameIdBits) bits.skip(frameIdBits.id);
  const ownSize = kind === 'switch' || (!reducedStill && bits.read(1) === 1); // frame_size_override_flag
  bits.skip(orderHintBits);
  if (!fromNothing && !resilient) bits.skip(3); // primary_ref_frame
  skipBufferRemovals(bits, sequence, layers);
  const refreshes = kind === 'switch' || (kind === 'key' && shown) ? ALL_PLACES : bits.read(PLACES);
  if ((!fromNothing || refreshes !== ALL_PLACES) && resilient) bits.skip(PLACES * orderHintBits);
  if (fromNothing) return { kind, shown, size: readSize(bits, sequence, ownSize) };
  let shortSignaling = false;
  if (orderHintBits > 0) {
    shortSignaling = bits.read(1) === 1;
    if (shortSignaling) bits.skip(6);
  }
  bits.skip(REFERENCES * ((shortSignaling ? 0 : 3) + (frameIdBits?.delta ?? 0)));
  if (ownSize && !resilient) {
    for (let i = 0; i < REFERENCES; i++) if (bits.read(1) === 1) return { kind, shown, size: null }; // found_ref
  }
  return { kind, shown, size: readSize(bits, sequence, ownSize) };
}

function skipBufferRemovals(
  bits: BitReader,
  { bufferRemovalBits, operatingPoints }: Av1Sequence,
  { temporalId, spatialId }: { temporalId: number; spatialId: number },
): void {
  if (bufferRemovalBits === null || bits.read(1) === 0) return;
  const inside = (layers: number): boolean =>
    layers === 0 || (((layers >> temporalId) & 1) === 1 && ((layers >> (spatialId + 8)) & 1) === 1);
  for (const { layers, hasDecoderModel } of operatingPoints) {
    if (hasDecoderModel && inside(layers)) bits.skip(bufferRemovalBits);
  }
}

/** §5.9.5, frame_size: in as many bits as the sequence says, which may be more than its largest takes. */
function readSize(bits: BitReader, { sizeBits, maxSize }: Av1Sequence, ownSize: boolean): Av1Frame['size'] {
  if (!ownSize) return maxSize;
  return { width: bits.read(sizeBits.width) + 1, height: bits.read(sizeBits.height) + 1 };
}
