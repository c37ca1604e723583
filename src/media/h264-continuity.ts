import type { Continuity } from './continuity.js';
import { H264ParameterSets } from './h264-parameter-sets.js';
import { beginsPicture, frameNumber, isIdr, isReference, isSlice, type NalUnit } from './h264-parameters.js';
import { unitsBegunIn } from './h264-payload.js';
import type { RtpPacket } from './rtp-packet.js';

type VideoPacket = Pick<RtpPacket, 'payload' | 'marker' | 'timestamp'>;

/**
 * What frame_num says of missing pictures (H.264 §7.4.3): it grows by one after each picture that others build on, so a
 * picture that has the number after that of the last such needs nothing between them.
 */
export class H264Continuity implements Continuity<VideoPacket> {
  readonly #parameters = new H264ParameterSets();
  #last: { timestamp: number; marker: boolean; disposable: boolean } | null = null;
  /** frame_num of the last picture that others build on. */
  #reference: number | null = null;
  /** This sender marks not only where pictures end: whether the last one has all its packets is unknown. */
  #falseMarkers = false;

  follow({ payload, marker, timestamp }: VideoPacket): void {
    if (payload.length === 0) return;
    const continues = this.#last?.timestamp === timestamp;
    if (continues && this.#last?.marker) this.#falseMarkers = true;
    let disposable = continues && (this.#last?.disposable ?? false);
    for (const unit of unitsBegunIn(payload)) {
      this.#parameters.remember(unit);
      if (!isSlice(unit)) continue;
      disposable = !isReference(unit);
      if (!disposable) this.#reference = this.#frameNumber(unit);
    }
    this.#last = { timestamp, marker, disposable };
  }

  needsNone({ payload, timestamp }: VideoPacket, missing: number): boolean {
    const last = this.#last;
    if (!last || last.timestamp === timestamp || this.#reference === null) return false;
    // The picture before has all its packets, or nobody misses them.
    if (!last.disposable && (!last.marker || this.#falseMarkers)) return false;
    const slice = unitsBegunIn(payload).find(isSlice);
    const parameters = slice && this.#parameters.of(slice);
    if (!slice || !parameters || !beginsPicture(slice) || isIdr(slice)) return false;
    const numbers = 2 ** parameters.frameNumberBits;
    return missing < numbers && frameNumber(slice, parameters) === (this.#reference + 1) % numbers;
  }

  reset(): void {
    this.#last = null;
    this.#reference = null;
  }

  #frameNumber(slice: NalUnit): number | null {
    const parameters = this.#parameters.of(slice);
    return parameters ? frameNumber(slice, parameters) : null;
  }
}
