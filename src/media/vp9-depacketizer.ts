import { concat, type Depacketizer, type Picture, type PictureFault } from './depacketizer.js';
import { parseVp9Payload, type Vp9Payload } from './vp9-payload.js';

/**
 * VP9 over RTP (RFC 9628). Of pictures in several spatial layers the lowest is taken, which builds on no other: it is large enough for a
 * face, and who forwards packets may have left out the others. Which that is, a key frame tells, for the lowest of all may be switched off.
 */
export class Vp9Depacketizer implements Depacketizer {
  #parts: Uint8Array[] = [];
  /** The descriptor of the first packet that came of the layer. */
  #first: Vp9Payload | null = null;
  /** Something came of this picture, of whatever layer. */
  #begun = false;
  /** The last payload of the layer came (E bit). */
  #ended = false;
  /** The spatial layer that is taken. */
  #layer = 0;

  get hasPicture(): boolean {
    return this.#parts.length > 0;
  }

  get provenStart(): boolean {
    return this.hasPicture;
  }

  /** Payloads of upper layers may follow. */
  get complete(): boolean {
    return this.#ended;
  }

  get disposable(): boolean {
    return this.#first ? this.#first.disposable : this.#begun;
  }

  begins(payload: Uint8Array): boolean {
    const parsed = parseVp9Payload(payload);
    return parsed !== null && parsed.begins && parsed.spatialLayer <= this.#layer;
  }

  add(payload: Uint8Array): boolean {
    const parsed = parseVp9Payload(payload);
    if (!parsed) return false;
    if (!this.#begun && parsed.independent) this.#layer = parsed.spatialLayer;
    this.#begun = true;
    if (parsed.spatialLayer !== this.#layer) return true;
    this.#first ??= parsed;
    if (parsed.begins !== (this.#parts.length === 0)) return false;
    this.#parts.push(parsed.data);
    this.#ended = parsed.ends;
    return true;
  }

  finish(): Picture | PictureFault {
    const first = this.#first;
    const data = concat(this.#parts);
    this.reset();
    if (!first || data.length === 0) return 'malformed';
    const { keyFrame, layer, switchUp } = first;
    // U speaks of what comes later; of the picture itself it says nothing.
    return { data, keyFrame, layer, layerSync: false, switchUp };
  }

  reset(): void {
    this.#parts = [];
    this.#first = null;
    this.#begun = false;
    this.#ended = false;
  }
}
