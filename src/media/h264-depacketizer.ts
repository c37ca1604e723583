import { concat, type Depacketizer, type Picture } from './depacketizer.js';

const START_CODE = Uint8Array.of(0, 0, 0, 1);
const IDR_SLICE = 5;
const SEQUENCE_PARAMETERS = 7;
const ACCESS_UNIT_DELIMITER = 9;
const STAP_A = 24;
const FU_A = 28;
/** Slices, parameters and messages of a picture: many times what encoders make. */
const MAX_UNITS = 4096;

/** H.264 over RTP, packetization modes 0 and 1 (RFC 6184 §5.4, §6.2, §6.3): single NAL units, STAP-A and FU-A. */
export class H264Depacketizer implements Depacketizer {
  #parts: Uint8Array[] = [];
  #length = 0;
  #keyFrame = false;
  #provenStart = false;
  #inFragment = false;
  #units = 0;

  add(payload: Uint8Array): boolean {
    return this.#take(payload) && this.#units <= MAX_UNITS;
  }

  #take(payload: Uint8Array): boolean {
    const header = payload[0];
    if (header === undefined || (header & 0x80) !== 0) return false; // forbidden_zero_bit
    const type = header & 0x1f;
    if (type === FU_A) return this.#addFragment(payload, header);
    if (this.#inFragment) return false;
    if (type === STAP_A) return this.#addAggregate(payload);
    if (type === 0 || type > STAP_A) return false; // interleaved mode and reserved types are never negotiated
    this.#push(payload, type);
    return true;
  }

  finish(): Picture | null {
    const whole = this.#parts.length > 0 && !this.#inFragment;
    const picture = whole
      ? { data: concat(this.#parts, this.#length), keyFrame: this.#keyFrame, provenStart: this.#provenStart }
      : null;
    this.reset();
    return picture;
  }

  reset(): void {
    this.#parts = [];
    this.#length = 0;
    this.#keyFrame = false;
    this.#provenStart = false;
    this.#inFragment = false;
    this.#units = 0;
  }

  #addAggregate(payload: Uint8Array): boolean {
    let offset = 1;
    while (offset < payload.length) {
      if (offset + 2 > payload.length) return false;
      const size = ((payload[offset] as number) << 8) | (payload[offset + 1] as number);
      offset += 2;
      if (size === 0 || offset + size > payload.length) return false;
      this.#push(payload.subarray(offset, offset + size), (payload[offset] as number) & 0x1f);
      offset += size;
    }
    return payload.length > 1;
  }

  #addFragment(payload: Uint8Array, indicator: number): boolean {
    const header = payload[1];
    if (header === undefined || payload.length < 3) return false;
    const start = (header & 0x80) !== 0;
    if (start === this.#inFragment) return false;
    if (start) {
      const type = header & 0x1f;
      this.#push(Uint8Array.of((indicator & 0xe0) | type), type);
    }
    const data = payload.subarray(2);
    this.#parts.push(data);
    this.#length += data.length;
    this.#inFragment = (header & 0x40) === 0;
    return true;
  }

  #push(unit: Uint8Array, type: number): void {
    // RFC 6184 marks the end of a picture but not its start; these unit types can only stand there (H.264 §7.4.1.2.3).
    if (this.#parts.length === 0) this.#provenStart = type === SEQUENCE_PARAMETERS || type === ACCESS_UNIT_DELIMITER;
    this.#parts.push(START_CODE, unit);
    this.#length += START_CODE.length + unit.length;
    this.#units++;
    if (type === IDR_SLICE) this.#keyFrame = true;
  }
}
