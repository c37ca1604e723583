import { readAv1FrameKind } from './av1-frame.js';
import {
  DECODED_TYPES,
  FRAME,
  FRAME_HEADER,
  type Obu,
  type ObuHeader,
  readObu,
  readObuHeader,
  SEQUENCE_HEADER,
  TEMPORAL_DELIMITER,
  writeObu,
} from './av1-obu.js';
import { type Av1Payload, parseAv1Payload } from './av1-payload.js';
import { concat, type Depacketizer, type Picture, type PictureFault } from './depacketizer.js';

/** Units of a picture: many times what encoders make. */
const MAX_UNITS = 1024;
/** With every operating point and all that can be told of it a sequence header is shorter than this. */
const MAX_SEQUENCE_BYTES = 1024;
/** Where a temporal unit begins (AV1 §5.6); it is not sent. */
const DELIMITER = Uint8Array.of((TEMPORAL_DELIMITER << 3) | 0x02, 0);

/**
 * AV1 over RTP (RTP Payload Format for AV1 v1.0.0): elements → a temporal unit of a low-overhead bitstream. Of pictures in several
 * spatial layers the lowest is taken, which builds on no other; which that is, a new sequence tells.
 */
export class Av1Depacketizer implements Depacketizer {
  #units: Obu[] = [];
  /** Of the unit that is being put together. */
  #fragments: Uint8Array[] = [];
  #hasFrame = false;
  #provenStart = false;
  #temporalId = 0;
  /** The spatial layer that is taken; null: that of the next frame. */
  #layer: number | null = 0;
  /** The last sequence header, for senders who send it once. */
  #sequence: Obu | null = null;

  get hasPicture(): boolean {
    return this.#hasFrame;
  }

  get provenStart(): boolean {
    return this.#provenStart;
  }

  /** Only the marker says it. */
  readonly complete = false;

  /** Of an upper temporal layer, on which no lower builds (AV1 §6.7.5). */
  get disposable(): boolean {
    return this.#hasFrame && this.#temporalId > 0;
  }

  begins(payload: Uint8Array): boolean {
    const parsed = parseAv1Payload(payload);
    return parsed !== null && beginsUnit(parsed);
  }

  add(payload: Uint8Array): boolean {
    const parsed = parseAv1Payload(payload);
    if (!parsed) return false;
    if (parsed.continues !== this.#fragments.length > 0) return false;
    if (this.#units.length === 0 && beginsUnit(parsed)) this.#provenStart = true;
    const { elements, goesOn } = parsed;
    for (const [index, element] of elements.entries()) {
      const first = this.#fragments.length === 0;
      if (goesOn && index === elements.length - 1) {
        // Its header tells what is lost, should the rest not come.
        const header = first ? readObuHeader(element) : null;
        if (header) this.#note(header);
        this.#fragments.push(element);
        continue;
      }
      const unit = readObu(first ? element : concat([...this.#fragments, element]));
      this.#fragments = [];
      if (!unit || this.#units.length === MAX_UNITS) return false;
      this.#note(unit);
      this.#take(unit);
    }
    return true;
  }

  finish(): Picture | PictureFault {
    const units = this.#units;
    const whole = this.#fragments.length === 0;
    const temporalId = this.#temporalId;
    this.reset();
    const frame = units.find(({ type }) => type === FRAME || type === FRAME_HEADER);
    const kind = frame && readAv1FrameKind(frame.data);
    if (!whole || !kind) return 'malformed';
    const keyFrame = kind.kind === 'key' && kind.shown;
    if (keyFrame && !units.some(({ type }) => type === SEQUENCE_HEADER)) {
      if (!this.#sequence) return 'no-parameters';
      units.unshift(this.#sequence);
    }
    const data = concat([DELIMITER, ...units.flatMap(writeObu)]);
    return { data, keyFrame, layer: temporalId, layerSync: false };
  }

  reset(): void {
    this.#units = [];
    this.#fragments = [];
    this.#hasFrame = false;
    this.#provenStart = false;
    this.#temporalId = 0;
  }

  #note({ type, spatialId, temporalId }: ObuHeader): void {
    if (type === SEQUENCE_HEADER && !this.#hasFrame) this.#layer = null;
    if (type !== FRAME && type !== FRAME_HEADER) return;
    this.#layer ??= spatialId;
    if (spatialId !== this.#layer) return;
    this.#hasFrame = true;
    this.#temporalId = temporalId;
  }

  #take(unit: Obu): void {
    if (!DECODED_TYPES.has(unit.type)) return;
    if (unit.type === SEQUENCE_HEADER) {
      // Where layers are coded apart it may stand before each; behind a frame it is not of the one that was taken.
      if (this.#hasFrame) return;
      // The packet that it came in is not to be kept for it.
      if (unit.data.length <= MAX_SEQUENCE_BYTES) this.#sequence = { ...unit, data: Uint8Array.from(unit.data) };
    } else if (unit.spatialId !== this.#layer) {
      return;
    }
    this.#units.push(unit);
  }
}

/** A sequence, or at least its header or a delimiter, stands where a temporal unit begins and nowhere else (AV1 §7.5). */
function beginsUnit({ continues, beginsSequence, elements }: Av1Payload): boolean {
  if (continues) return false;
  const type = readObuHeader(elements[0] as Uint8Array)?.type;
  return beginsSequence || type === SEQUENCE_HEADER || type === TEMPORAL_DELIMITER;
}
