import type { Clock } from '../common/clock.js';
import type { DropReason } from '../common/drops.js';
import { toEmostreamError } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import type { PictureRefusal } from '../common/picture-answer.js';
import type { DirectMedia } from '../sfu/types.js';
import { decoderResets } from './decoder-resets.js';
import { readJpeg } from './jpeg-cost.js';
import { PixelBudget } from './pixel-budget.js';
import type { VideoFrame } from './types.js';
import { VideoDecoder } from './video-decoder.js';

export interface PictureReceiverOptions {
  meter: Meter;
  clock: Clock;
  /** Called before foreign bytes are handed to the decoder. */
  beforeDecode?: () => void;
  onFrame: (frame: VideoFrame) => void;
  /** A picture that is not handed on, and why. */
  onRefused: (question: number, why: PictureRefusal) => void;
  /** Whether pictures can be looked at just now. */
  affords?: () => boolean;
  /** Most pixels decoded per second; a picture of which 8 would exceed it is never decoded. */
  maxPixelRate: number;
  /** Larger pictures are scaled down, pixels. Default 640. */
  longestSide?: number;
}

/** Whole JPEG pictures that came by no RTP → the same decoded. Every one is handed on or refused, at once. */
export class PictureTrackReceiver {
  readonly #options: PictureReceiverOptions;
  readonly #budget: PixelBudget;
  readonly #resets;
  readonly #decoder: VideoDecoder;
  #nextTag = 1;
  #closed = false;

  /** @throws EmostreamError UNSUPPORTED_MEDIA when JPEG cannot be decoded */
  constructor(options: PictureReceiverOptions) {
    this.#options = options;
    this.#budget = new PixelBudget(options.maxPixelRate);
    this.#resets = decoderResets(options.clock);
    const { maxPixels } = this.#budget;
    this.#decoder = new VideoDecoder('JPEG', { longestSide: options.longestSide ?? 640, maxPixels });
  }

  media({ data, mediaTime, arrivalMs, question = 0 }: DirectMedia): void {
    if (this.#closed) return;
    const refuse = (why: PictureRefusal): void => this.#options.onRefused(question, why);
    if (this.#options.affords?.() === false) {
      this.#options.meter.count('emostream_dropped_total', { stage: 'analysis', reason: 'load-picture' });
      return refuse('overloaded');
    }
    const picture = readJpeg(data);
    if (!picture) return refuse(this.#drop('malformed', 'malformed'));
    const problem = this.#budget.admit(picture, this.#options.clock());
    if (problem) {
      this.#options.meter.count('emostream_refused_total', { what: 'picture' });
      return refuse(this.#drop(problem, problem === 'picture-size' ? 'too-large' : 'rate'));
    }
    if (!this.#resets.has()) return refuse(this.#drop('decoder-resting', 'rate'));
    const shown = this.#decode(picture.data);
    if (!shown) return refuse(this.#drop('corrupt', 'malformed'));
    const { width, height } = picture;
    const decodedMs = this.#options.clock();
    this.#options.onFrame({ ...shown, mediaTime, arrivalMs, decodedMs, question: { id: question, width, height } });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#decoder.close();
  }

  #decode(data: Uint8Array): { width: number; height: number; yuv: Uint8Array } | null {
    const { meter, clock, beforeDecode } = this.#options;
    const startMs = clock();
    beforeDecode?.();
    try {
      const [picture] = this.#decoder.decode(data, this.#nextTag++, () => true);
      meter.observe('emostream_stage_duration_seconds', (clock() - startMs) / 1000, { stage: 'video_decode' });
      meter.count('emostream_decoded_total', { kind: 'video' });
      if (!picture) return null;
      const { width, height, yuv } = picture;
      return { width, height, yuv };
    } catch (error) {
      meter.count('emostream_errors_total', { code: toEmostreamError(error).code });
      this.#resets.take();
      this.#decoder.reset();
      return null;
    }
  }

  #drop(reason: DropReason<'video'>, why: PictureRefusal): PictureRefusal {
    this.#options.meter.count('emostream_dropped_total', { stage: 'video', reason });
    return why;
  }
}
