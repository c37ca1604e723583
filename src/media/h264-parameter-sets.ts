import {
  MAX_PARAMETER_BYTES,
  type NalUnit,
  parsePictureParameters,
  parseSequenceParameters,
  PICTURE_PARAMETERS,
  pictureParametersOf,
  SEQUENCE_PARAMETERS,
  type SequenceParameters,
  unitType,
} from './h264-parameters.js';

interface PictureParameters {
  unit: NalUnit;
  sequenceId: number;
  /** The decoder has had it since the last key frame. */
  given: boolean;
}

/**
 * The parameter sets of one stream, by their ids: at most 32 sequence and 256 picture parameter sets (H.264 §7.4.2). Senders
 * may send them once, in packets of their own, or with times of their own; a decoder that is opened anew has none.
 */
export class H264ParameterSets {
  readonly #sequence = new Map<number, SequenceParameters & { unit: NalUnit }>();
  readonly #picture = new Map<number, PictureParameters>();

  /** Remembers a unit if it is a parameter set; a changed one takes the place of that with its id. */
  remember(unit: NalUnit): void {
    // A larger one is none, but memory filled.
    if (unit.length > MAX_PARAMETER_BYTES) return;
    const type = unitType(unit);
    if (type === SEQUENCE_PARAMETERS) {
      const set = parseSequenceParameters(unit);
      if (set && !same(this.#sequence.get(set.id)?.unit, unit))
        this.#sequence.set(set.id, { ...set, unit: copy(unit) });
    } else if (type === PICTURE_PARAMETERS) {
      const set = parsePictureParameters(unit);
      if (!set || same(this.#picture.get(set.id)?.unit, unit)) return;
      this.#picture.set(set.id, { unit: copy(unit), sequenceId: set.sequenceId, given: false });
    }
  }

  /** What a slice is decoded by; undefined when that was never sent. */
  of(slice: NalUnit): SequenceParameters | undefined {
    const picture = this.#picture.get(pictureParametersOf(slice) ?? -1);
    return picture && this.#sequence.get(picture.sequenceId);
  }

  /**
   * The sets that must be put before a picture, for it does not bring them; null when its slices name one that was never sent.
   * @param units of the picture, all of them remembered
   * @param slices those of them that are slices
   */
  missingFrom(units: readonly NalUnit[], slices: readonly NalUnit[], keyFrame: boolean): NalUnit[] | null {
    const named = new Set(slices.map((slice) => pictureParametersOf(slice) ?? -1));
    const sequences = new Set<NalUnit>();
    const pictures = new Set<PictureParameters>();
    for (const id of named) {
      const picture = this.#picture.get(id);
      const sequence = picture && this.#sequence.get(picture.sequenceId);
      if (!picture || !sequence) return null;
      sequences.add(sequence.unit);
      pictures.add(picture);
    }
    // The decoder may be another one from a key frame on.
    if (keyFrame) for (const picture of this.#picture.values()) picture.given = false;
    // Looked up and not compared with each other: there may be thousands of units and hundreds of sets.
    const brought = new Set(units.filter(isParameterSet).map(textOf));
    const lacking = [...pictures].filter(({ given, unit }) => !given && !brought.has(textOf(unit)));
    const sequenceLacks = keyFrame && [...sequences].some((unit) => !brought.has(textOf(unit)));
    for (const picture of pictures) picture.given = true;
    if (!keyFrame) return lacking.map(({ unit }) => unit);
    // All or none, for one that names another must come after it.
    return sequenceLacks || lacking.length > 0 ? [...sequences, ...[...pictures].map(({ unit }) => unit)] : [];
  }
}

/** Of a size to be remembered. */
function isParameterSet(unit: NalUnit): boolean {
  const type = unitType(unit);
  return unit.length <= MAX_PARAMETER_BYTES && (type === SEQUENCE_PARAMETERS || type === PICTURE_PARAMETERS);
}

const textOf = (unit: NalUnit): string => Buffer.from(unit.buffer, unit.byteOffset, unit.byteLength).toString('latin1');

const same = (a: NalUnit | undefined, b: NalUnit): boolean => a !== undefined && Buffer.compare(a, b) === 0;

/** The packet that it came in is not to be kept for it. */
const copy = (unit: NalUnit): NalUnit => Uint8Array.from(unit);
