import {
  ACCESS_UNIT_DELIMITER,
  beginsPicture,
  isIdr,
  isReference,
  isSlice,
  type NalUnit,
  parsePictureParameters,
  parseSequenceParameters,
  PICTURE_PARAMETERS,
  pictureParametersOf,
  picturePlace,
  type PicturePlace,
  SEQUENCE_PARAMETERS,
  type SequenceParameters,
  unitType,
} from '../h264-parameters.js';

const SUPPLEMENT = 6;
const FILLER = 12;
const VERSION = 1;

/** A picture of H.264 as its packet tells of it. */
export interface CodedPicture {
  /** Nothing is made of it (nal_ref_idc, ITU-T H.264 §7.4.1), and its packet brings nothing else. */
  isDisposable: boolean;
  /** Counts the pictures with which everything begins anew: whatever is of an earlier number is shown before. */
  sequence: number;
  /** When it is shown, among those of its sequence (§8.2.1). */
  order: number;
}

/** What stands before the packets of a file (ISO/IEC 14496-15 §5.3.3.1). */
interface Sets {
  lengthBytes: number;
  sequence: NalUnit;
  pictures: NalUnit[];
}

/**
 * Reads from the packets of H.264 in files in which order their pictures are shown, where that is plain: whole frames one after the other,
 * parameters that never change, numbers without a gap, and a stream that says how far pictures are put in order, so that no decoder
 * has to guess. Of anything else it says nothing. Pure.
 */
export class PictureOrder {
  readonly #sets: Sets;
  readonly #parameters: SequenceParameters;
  readonly #pictureIds: ReadonlySet<number>;
  /** Pictures that come before one that is shown before them, at most. */
  readonly most: number;
  #sequence = 0;
  /** Of the last picture of which others are made: its frame_num, and its place, in low and in high bits (§8.2.1.1). */
  #last = { frameNumber: -1, low: 0, high: 0 };

  /** @param extradata of the stream @returns null where the order is not plain, or the packets are not as files have them */
  static of(extradata: Uint8Array | null): PictureOrder | null {
    const sets = extradata && readSets(extradata);
    const parameters = sets && parseSequenceParameters(sets.sequence);
    if (!sets || !parameters) return null;
    const { reordering, isProgressive, orderBits, separatePlanes } = parameters;
    if (!reordering || reordering.tellsLines || !isProgressive || orderBits === null || separatePlanes) return null;
    const heads = sets.pictures.map(parsePictureParameters);
    if (heads.some((head) => head?.sequenceId !== parameters.id || head.tellsFields)) return null;
    const ids = new Set(heads.flatMap((head) => head?.id ?? []));
    return new PictureOrder(sets, parameters, ids, reordering.most);
  }

  private constructor(sets: Sets, parameters: SequenceParameters, pictureIds: ReadonlySet<number>, most: number) {
    this.#sets = sets;
    this.#parameters = parameters;
    this.#pictureIds = pictureIds;
    this.most = most;
  }

  /**
   * The next packet, in the order of decoding.
   * @returns null: it is not plain, and what comes after it is not to be asked for
   */
  next(packet: Uint8Array): CodedPicture | null {
    const units = unitsOf(packet, this.#sets.lengthBytes);
    if (!units?.every((unit) => this.#isUsual(unit))) return null;
    const slices = units.filter(isSlice);
    const [first] = slices;
    const place = first && this.#placeOf(first, slices);
    if (!place) return null;
    const isWhole = units.every((unit) => isSlice(unit) || isNothing(unit));
    return this.#follow(place, isIdr(first), isReference(first), isWhole);
  }

  #isUsual(unit: NalUnit): boolean {
    if (isSlice(unit) || isNothing(unit)) return true;
    const type = unitType(unit);
    if (type === SEQUENCE_PARAMETERS) return same(unit, this.#sets.sequence);
    if (type === PICTURE_PARAMETERS) return this.#sets.pictures.some((set) => same(unit, set));
    return type === SUPPLEMENT;
  }

  /** Where all of a packet's slices, which are of one picture, are; null: they are not. */
  #placeOf(first: NalUnit, slices: readonly NalUnit[]): PicturePlace | null {
    const place = picturePlace(first, this.#parameters);
    if (!place || !beginsPicture(first)) return null;
    const isOfIt = (slice: NalUnit, i: number): boolean => {
      const its = picturePlace(slice, this.#parameters);
      const isNext = i === 0 || !beginsPicture(slice);
      const isAlike = isIdr(slice) === isIdr(first) && isReference(slice) === isReference(first);
      const isKnown = this.#pictureIds.has(pictureParametersOf(slice) ?? -1);
      return isNext && isAlike && isKnown && its?.order === place.order && its.frameNumber === place.frameNumber;
    };
    return slices.every(isOfIt) ? place : null;
  }

  #follow(place: PicturePlace, isIdr: boolean, isReference: boolean, isWhole: boolean): CodedPicture | null {
    const { frameNumberBits, orderBits } = this.#parameters;
    // One after that of the last picture of which others are made (§7.4.3); else something is missing.
    const due = isIdr ? 0 : (this.#last.frameNumber + 1) % 2 ** frameNumberBits;
    const hasBegun = isIdr || this.#sequence > 0;
    if (!hasBegun || place.frameNumber !== due || (isIdr && !isReference)) return null;
    if (isIdr) {
      this.#sequence += 1;
      this.#last = { frameNumber: 0, low: 0, high: 0 };
    }
    const high = highBits(place.order, this.#last, 2 ** orderBits!);
    if (isReference) this.#last = { frameNumber: place.frameNumber, low: place.order, high };
    return { isDisposable: !isReference && isWhole, sequence: this.#sequence, order: high + place.order };
  }
}

/** §8.2.1.1. */
function highBits(order: number, { low, high }: { low: number; high: number }, most: number): number {
  if (order < low && low - order >= most / 2) return high + most;
  return order > low && order - low > most / 2 ? high - most : high;
}

const isNothing = (unit: NalUnit): boolean => [ACCESS_UNIT_DELIMITER, FILLER].includes(unitType(unit));

const same = (a: NalUnit, b: NalUnit): boolean => Buffer.compare(a, b) === 0;

/** @returns null: they are not such, or of several sequences */
function readSets(data: Uint8Array): Sets | null {
  const [version, , , , size = 0, count = 0] = data;
  if (version !== VERSION || (count & 0x1f) !== 1) return null;
  const sequences = readUnits(data, 6, 1);
  const pictures = sequences && readUnits(data, sequences.end + 1, data[sequences.end] ?? 0);
  const [sequence] = sequences?.units ?? [];
  if (!sequence || !pictures || unitType(sequence) !== SEQUENCE_PARAMETERS) return null;
  if (!pictures.units.every((unit) => unitType(unit) === PICTURE_PARAMETERS)) return null;
  return { lengthBytes: (size & 3) + 1, sequence, pictures: pictures.units };
}

function readUnits(data: Uint8Array, from: number, count: number): { units: NalUnit[]; end: number } | null {
  const units: NalUnit[] = [];
  let at = from;
  for (let i = 0; i < count; i++) {
    const start = at + 2;
    at = start + (data[at] ?? 0) * 256 + (data[at + 1] ?? 0);
    if (at > data.length || at === start) return null;
    units.push(Uint8Array.from(data.subarray(start, at)));
  }
  return { units, end: at };
}

/** @returns null: their lengths are not those of the packet */
function unitsOf(packet: Uint8Array, lengthBytes: number): NalUnit[] | null {
  const units: NalUnit[] = [];
  for (let at = 0; at < packet.length;) {
    let length = 0;
    for (let i = 0; i < lengthBytes; i++) length = length * 256 + (packet[at + i] ?? 0);
    at += lengthBytes;
    if (length === 0 || at + length > packet.length) return null;
    units.push(packet.subarray(at, at + length));
    at += length;
  }
  return units;
}
