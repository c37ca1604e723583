import { concat, type Depacketizer, type Picture, type PictureFault } from './depacketizer.js';
import { H264ParameterSets } from './h264-parameter-sets.js';
import {
  ACCESS_UNIT_DELIMITER,
  beginsPicture,
  IDR_SLICE,
  isIdr,
  isReference,
  isSlice,
  type NalUnit,
  PICTURE_PARAMETERS,
  SEQUENCE_PARAMETERS,
  unitType,
} from './h264-parameters.js';
import { aggregatedUnits, FU_A, parseFragment, STAP_A, unitsBegunIn } from './h264-payload.js';

const START_CODE = Uint8Array.of(0, 0, 0, 1);
/** After slices of a picture these begin the next: messages, parameters, a delimiter, what is reserved (H.264 §7.4.1.2.3). */
const BEFORE_SLICES = new Set([6, SEQUENCE_PARAMETERS, PICTURE_PARAMETERS, ACCESS_UNIT_DELIMITER, 14, 15, 16, 17, 18]);
/** Slices, parameters and messages of a picture: many times what encoders make. */
const MAX_UNITS = 4096;

/**
 * H.264 over RTP, packetization modes 0 and 1 (RFC 6184 §5.4, §6.2, §6.3): single NAL units, STAP-A and FU-A. Parameter sets
 * that are sent apart from pictures are remembered and put before the pictures that need them.
 */
export class H264Depacketizer implements Depacketizer {
  readonly #parameters = new H264ParameterSets();
  #units: NalUnit[] = [];
  /** Of the unit that is being put together: its header, and what came of it. */
  #fragments: Uint8Array[] = [];
  #slices = 0;
  #reference = false;

  get hasPicture(): boolean {
    return this.#slices > 0;
  }

  /** RFC 6184 marks the end of a picture but not its start; these unit types can only stand there (H.264 §7.4.1.2.3). */
  get provenStart(): boolean {
    const start = this.#units[0] && unitType(this.#units[0]);
    return start === SEQUENCE_PARAMETERS || start === ACCESS_UNIT_DELIMITER;
  }

  /** Only the marker says it. */
  readonly complete = false;

  get disposable(): boolean {
    return this.#slices > 0 && !this.#reference;
  }

  begins(payload: Uint8Array): boolean {
    const [unit] = unitsBegunIn(payload);
    return unit !== undefined && (BEFORE_SLICES.has(unitType(unit)) || beginsPicture(unit));
  }

  add(payload: Uint8Array): boolean {
    return this.#take(payload) && this.#units.length <= MAX_UNITS;
  }

  finish(): Picture | PictureFault {
    const units = this.#units;
    const whole = this.#fragments.length === 0;
    this.reset();
    const slices = units.filter(isSlice);
    const [first] = slices;
    if (!whole || !first || !beginsPicture(first)) return 'malformed';
    const keyFrame = isIdr(first);
    if (slices.some((slice) => isIdr(slice) !== keyFrame)) return 'malformed';
    const missing = this.#parameters.missingFrom(units, slices, keyFrame);
    if (!missing) return 'no-parameters';
    const parts = [...missing, ...units].flatMap((unit) => [START_CODE, unit]);
    return { data: concat(parts), keyFrame, layer: 0, layerSync: false };
  }

  reset(): void {
    this.#units = [];
    this.#fragments = [];
    this.#slices = 0;
    this.#reference = false;
  }

  #take(payload: Uint8Array): boolean {
    const header = payload[0];
    if (header === undefined || (header & 0x80) !== 0) return false; // forbidden_zero_bit
    const type = header & 0x1f;
    if (type === FU_A) return this.#addFragment(payload);
    if (this.#fragments.length > 0) return false;
    if (type === 0 || type > STAP_A) return false; // interleaved mode and reserved types are never negotiated
    const units = type === STAP_A ? aggregatedUnits(payload) : [payload];
    for (const unit of units ?? []) this.#push(unit);
    return units !== null;
  }

  #addFragment(payload: Uint8Array): boolean {
    const fragment = parseFragment(payload);
    if (!fragment) return false;
    const { header, first, last, data } = fragment;
    this.#note(Uint8Array.of(header));
    if (first !== (this.#fragments.length === 0)) return false;
    if (first) this.#fragments.push(Uint8Array.of(header));
    this.#fragments.push(data);
    if (!last) return true;
    const unit = concat(this.#fragments);
    this.#fragments = [];
    this.#push(unit);
    return true;
  }

  #push(unit: NalUnit): void {
    this.#note(unit);
    this.#units.push(unit);
    this.#parameters.remember(unit);
  }

  /** What is known of a unit by its header. */
  #note(unit: NalUnit): void {
    const type = unitType(unit);
    if (type < 1 || type > IDR_SLICE) return;
    this.#slices++;
    if (isReference(unit)) this.#reference = true;
  }
}
