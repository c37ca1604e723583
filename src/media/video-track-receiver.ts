import type { Clock } from '../common/clock.js';
import type { DropReason } from '../common/drops.js';
import { EmostreamError, toEmostreamError } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import { TokenBucket } from '../common/token-bucket.js';
import type { SenderReport, TapPacket, TrackInfo } from '../sfu/types.js';
import { DecodeAdmission } from './decode-admission.js';
import { type ArrivedPacket, type EncodedFrame, FrameAssembler } from './frame-assembler.js';
import type { JitterOutput } from './jitter-buffer.js';
import { KeyFrameRequester } from './key-frame-requester.js';
import type { MediaClock } from './media-clock.js';
import type { PixelProblem } from './pixel-budget.js';
import { ReceiveStage } from './receive-stage.js';
import type { TrackClock } from './track-clock.js';
import type { VideoFrame } from './types.js';
import { isVideoCodec } from './video-codecs.js';
import { VideoDecoder } from './video-decoder.js';

export interface VideoReceiverOptions {
  meter: Meter;
  clock: Clock;
  /** The participant's media clock. */
  mediaClock: MediaClock;
  requestKeyFrame: () => void;
  /** Called before foreign bytes are handed to the decoder. */
  beforeDecode?: () => void;
  onFrame: (frame: VideoFrame) => void;
  /** The track got to this media time, ms: also for pictures that are decoded but not handed on. */
  onProgress?: (mediaTime: number) => void;
  /** The sender sends more than is decoded, and goes on so. Told once; nothing is decoded any more. */
  onProblem?: (problem: PixelProblem) => void;
  /** Most pixels decoded per second; a picture of which 8 would exceed it is never decoded. Default 27 648 000 (720p at 30 Hz). */
  maxPixelRate?: number;
  /** Pictures handed on per second; the rest are decoded (others build on them) but not converted. Default 8. */
  maxFramesPerSecond?: number;
  /** Longest a missing packet is waited for, ms. Default 400. */
  jitterWaitMs?: number;
  /** Larger pictures are scaled down, pixels. Default 640. */
  longestSide?: number;
  /** Shortest time between key frame requests, and the most they back off to, ms. Default 1000 and 8000. */
  keyFrameIntervalMs?: { min: number; max: number };
}

const DEFAULT_PIXEL_RATE = 27_648_000;
/** What a network held back comes at once, and is handed on: so many seconds of pictures. */
const SHOWN_BURST_SECONDS = 2;
/** Pictures inside the decoder; the oldest is forgotten beyond it. */
const MAX_IN_DECODER = 32;

/** Taps of one video track → pictures with media times. Synchronous: all output comes from within the calls. */
export class VideoTrackReceiver {
  readonly #options: VideoReceiverOptions;
  readonly #receive: ReceiveStage;
  readonly #assembler: FrameAssembler;
  readonly #keyFrames: KeyFrameRequester;
  readonly #admission: DecodeAdmission;
  readonly #decoder: VideoDecoder;
  readonly #time: TrackClock;
  readonly #minGapMs: number;
  /** Media time is the sender's word: what is looked at in a second is bounded by the server's clock too. */
  readonly #shown: TokenBucket;
  /** Encoded pictures inside the decoder, by tag. */
  readonly #inDecoder = new Map<number, EncodedFrame>();
  #nextTag = 1;
  #lastShownMs = -Infinity;
  #closed = false;
  /** It asked for too much for too long. */
  #stopped = false;

  /** @throws EmostreamError UNSUPPORTED_MEDIA for a codec that cannot be decoded */
  constructor(track: TrackInfo, options: VideoReceiverOptions) {
    this.#options = options;
    const { codec } = track;
    if (!isVideoCodec(codec)) throw new EmostreamError('UNSUPPORTED_MEDIA', `pictures of ${codec} cannot be decoded`);
    this.#time = options.mediaClock.track(track.clockRate);
    this.#receive = new ReceiveStage(track, {
      ...options,
      time: this.#time,
      deliver: (output) => {
        this.#follow(output);
      },
    });
    this.#keyFrames = new KeyFrameRequester({
      minIntervalMs: options.keyFrameIntervalMs?.min ?? 1000,
      maxIntervalMs: options.keyFrameIntervalMs?.max ?? 8000,
      send: options.requestKeyFrame,
    });
    this.#assembler = new FrameAssembler(codec, {
      onDrop: (reason) => {
        this.#drop(reason);
        if (reason === 'waiting') this.#admission.passed(options.clock());
      },
      onKeyFrameNeeded: () => {
        this.#keyFrames.want(options.clock());
      },
    });
    this.#admission = new DecodeAdmission(codec, options.maxPixelRate ?? DEFAULT_PIXEL_RATE);
    const { maxPixels } = this.#admission;
    this.#decoder = new VideoDecoder(codec, { longestSide: options.longestSide ?? 640, maxPixels });
    // A quarter is forgiven, or a 30 Hz camera thinned to 8 would give 7.5.
    this.#minGapMs = (1000 / (options.maxFramesPerSecond ?? 8)) * 0.75;
    const perSecond = 1000 / this.#minGapMs;
    this.#shown = new TokenBucket(SHOWN_BURST_SECONDS * perSecond, perSecond, options.clock);
  }

  packet(tap: TapPacket): void {
    if (this.#closed) return;
    if (this.#stopped) return this.#drop('stopped');
    const packet = this.#receive.parse(tap, this.#options.clock());
    if (!packet) return;
    this.#receive.order(packet);
  }

  senderReport(report: SenderReport): void {
    if (!this.#closed) this.#time.report(report);
  }

  /** While paused nothing is expected; afterwards only a key frame is trusted. */
  setPaused(paused: boolean): void {
    if (this.#closed) return;
    this.#receive.clear();
    if (!paused) this.#assembler.reset();
  }

  /** Gives up missing packets and repeats requests; call it a few times a second. */
  tick(now: number): void {
    if (this.#closed || this.#stopped) return;
    this.#receive.expire(now);
    this.#keyFrames.tick(now);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#inDecoder.clear();
    this.#decoder.close();
    this.#time.close();
  }

  #follow(output: JitterOutput<ArrivedPacket>): void {
    if (this.#stopped) return;
    if (output.type === 'lost') {
      this.#take(this.#assembler.lost(output.needed));
    } else if (output.type === 'reset') {
      this.#assembler.reset();
      // Padding only fills the sequence and carries no picture.
    } else if (output.packet.payload.length > 0) {
      this.#take(this.#assembler.push(output.packet));
      this.#checkProblem();
    }
  }

  #take(frames: EncodedFrame[]): void {
    for (const frame of frames) if (this.#admit(frame)) this.#decode(frame);
  }

  #admit(frame: EncodedFrame): boolean {
    const { refusal, afresh } = this.#admission.admit(frame, this.#options.clock());
    if (afresh) {
      this.#decoder.reset();
      this.#inDecoder.clear();
    }
    if (!refusal) return true;
    this.#drop(refusal);
    if (refusal === 'picture-size' || refusal === 'pixel-rate') {
      this.#options.meter.count('emostream_refused_total', { what: 'picture' });
    }
    // Later pictures build on it.
    this.#assembler.reset();
    return false;
  }

  #checkProblem(): void {
    const problem = this.#stopped ? null : this.#admission.problem(this.#options.clock());
    if (!problem) return;
    this.#stopped = true;
    this.#receive.clear();
    this.#options.onProblem?.(problem);
  }

  #decode(frame: EncodedFrame): void {
    const { meter, clock } = this.#options;
    const tag = this.#nextTag++;
    this.#inDecoder.set(tag, frame);
    if (this.#inDecoder.size > MAX_IN_DECODER) this.#inDecoder.delete(tag - MAX_IN_DECODER);
    const startMs = clock();
    this.#options.beforeDecode?.();
    try {
      const pictures = this.#decoder.decode(frame.data, tag, (shown) => this.#wanted(shown));
      const decodedMs = clock();
      meter.observe('emostream_stage_duration_seconds', (decodedMs - startMs) / 1000, { stage: 'video_decode' });
      if (frame.keyFrame) this.#keyFrames.satisfied();
      for (const { tag: shown, width, height, yuv } of pictures) {
        const source = this.#inDecoder.get(shown);
        this.#inDecoder.delete(shown);
        if (!source) continue;
        const mediaTime = this.#mediaTime(source);
        this.#options.onFrame({ mediaTime, arrivalMs: source.arrivalMs, decodedMs, width, height, yuv });
        this.#options.onProgress?.(mediaTime);
      }
    } catch (error) {
      this.#inDecoder.clear();
      meter.count('emostream_errors_total', { code: toEmostreamError(error).code });
      this.#drop('corrupt');
      this.#admission.failed(clock());
      this.#decoder.reset();
      this.#assembler.reset();
    }
  }

  /** Asked for each decoded picture: is it converted and handed on? */
  #wanted(tag: number): boolean {
    const { meter } = this.#options;
    meter.count('emostream_decoded_total', { kind: 'video' });
    const source = this.#inDecoder.get(tag);
    if (!source) return false;
    const mediaTime = this.#mediaTime(source);
    // A clock that was stepped back must not silence the track.
    if (Math.abs(mediaTime - this.#lastShownMs) >= this.#minGapMs && this.#shown.take()) {
      this.#lastShownMs = mediaTime;
      return true;
    }
    this.#inDecoder.delete(tag);
    meter.count('emostream_dropped_total', { stage: 'video', reason: 'thinned' });
    this.#options.onProgress?.(mediaTime);
    return false;
  }

  #mediaTime(frame: EncodedFrame): number {
    return this.#time.mediaTime(frame.timestamp, frame.arrivalMs);
  }

  #drop(reason: DropReason<'video'>): void {
    this.#options.meter.count('emostream_dropped_total', { stage: 'video', reason });
  }
}
