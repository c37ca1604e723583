import type { VideoCodec } from '../sfu/types.js';
import { decoderResets } from './decoder-resets.js';
import type { EncodedFrame } from './frame-assembler.js';
import { PixelBudget, type PixelProblem } from './pixel-budget.js';
import type { PictureSizes } from './picture-cost.js';
import { VIDEO_CODECS } from './video-codecs.js';

/** Why a whole picture is not given to the decoder. */
export type DecodeRefusal = PixelProblem | 'malformed' | 'decoder-resting';

/** What the decoder of one track is given: what decoding costs is bounded before it is done, whoever sends. */
export class DecodeAdmission {
  readonly #sizes: PictureSizes;
  readonly #budget: PixelBudget;
  #nowMs = 0;
  readonly #resets = decoderResets(() => this.#nowMs);
  /** The sizes are of a decoder that was to be opened anew for a picture that was then refused. */
  #afreshDue = false;

  constructor(codec: VideoCodec, maxPixelRate: number) {
    this.#sizes = VIDEO_CODECS[codec].sizes();
    this.#budget = new PixelBudget(maxPixelRate);
  }

  /** Larger pictures are never admitted. */
  get maxPixels(): number {
    return this.#budget.maxPixels;
  }

  /** No refusal: it may be decoded, and is paid for; `afresh`: by a decoder that is opened anew for it. */
  admit(frame: EncodedFrame, now: number): { refusal: DecodeRefusal | null; afresh: boolean } {
    this.#nowMs = now;
    const cost = this.#sizes.read(frame.data, frame.keyFrame);
    if (!cost) return { refusal: 'malformed', afresh: false };
    this.#afreshDue ||= cost.afresh;
    // Also what is not decoded counts as what the sender asks for.
    const refusal = this.#budget.admit(cost, now);
    if (refusal) return { refusal, afresh: false };
    if (!this.#resets.has()) return { refusal: 'decoder-resting', afresh: false };
    const afresh = this.#afreshDue;
    if (afresh) this.#resets.take();
    this.#afreshDue = false;
    return { refusal: null, afresh };
  }

  /** A picture came that cannot be decoded for want of a key frame. */
  passed(now: number): void {
    this.#budget.pass(this.#sizes.last(), now);
  }

  /** The decoder failed and was opened anew: it has forgotten every size. */
  failed(now: number): void {
    this.#nowMs = now;
    this.#resets.take();
    this.#sizes.reset();
    this.#afreshDue = false;
  }

  /** What has gone on for so long that it will not end by itself. */
  problem(now: number): PixelProblem | null {
    return this.#budget.problem(now);
  }
}
