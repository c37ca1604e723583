import type { Clock } from '../common/clock.js';
import type { DropReason } from '../common/drops.js';
import { toEmostreamError } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import type { TokenBucket } from '../common/token-bucket.js';
import type { SenderReport, TapPacket, TrackInfo } from '../sfu/types.js';
import { AudioDecoder } from './audio-decoder.js';
import type { ArrivedPacket } from './frame-assembler.js';
import type { JitterOutput } from './jitter-buffer.js';
import { decoderResets } from './decoder-resets.js';
import type { MediaClock } from './media-clock.js';
import { ReceiveStage } from './receive-stage.js';
import { SerialUnwrapper } from './serial-number.js';
import { opusTicks, soundBudget } from './sound-budget.js';
import type { TrackClock } from './track-clock.js';
import type { AudioChunk } from './types.js';

export interface AudioReceiverOptions {
  meter: Meter;
  clock: Clock;
  /** The participant's media clock. */
  mediaClock: MediaClock;
  onChunk: (chunk: AudioChunk) => void;
  /** Called before foreign bytes are handed to the decoder. */
  beforeDecode?: () => void;
  /** Longest a missing packet is waited for, ms. Default 80. */
  jitterWaitMs?: number;
}

/**
 * Taps of one Opus track → 16 kHz mono sound with media times, a chunk per packet. Lost and unsent sound is a gap between
 * chunks, of whatever length; nothing is concealed. Synchronous: all output comes from within the calls.
 */
export class AudioTrackReceiver {
  readonly #options: AudioReceiverOptions;
  readonly #receive: ReceiveStage;
  readonly #decoder = new AudioDecoder();
  readonly #budget: TokenBucket;
  readonly #resets: TokenBucket;
  readonly #unwrap = new SerialUnwrapper(32);
  readonly #time: TrackClock;
  #closed = false;

  /** @throws EmostreamError UNSUPPORTED_MEDIA when Opus cannot be decoded */
  constructor(track: TrackInfo, options: AudioReceiverOptions) {
    this.#options = options;
    this.#budget = soundBudget(options.clock);
    this.#resets = decoderResets(options.clock);
    this.#time = options.mediaClock.track(track.clockRate);
    this.#receive = new ReceiveStage(track, {
      ...options,
      time: this.#time,
      deliver: (output) => {
        this.#follow(output);
      },
    });
  }

  packet(tap: TapPacket): void {
    if (this.#closed) return;
    const packet = this.#receive.parse(tap, this.#options.clock());
    if (packet) this.#receive.order(packet);
  }

  senderReport(report: SenderReport): void {
    if (!this.#closed) this.#time.report(report);
  }

  /** While paused nothing is expected; what was waited for is forgotten. */
  setPaused(paused: boolean): void {
    if (paused && !this.#closed) this.#receive.clear();
  }

  /** Gives up missing packets; call it a few times a second. */
  tick(now: number): void {
    if (!this.#closed) this.#receive.expire(now);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#decoder.close();
    this.#time.close();
  }

  #follow(output: JitterOutput<ArrivedPacket>): void {
    if (output.type === 'reset') {
      this.#unwrap.reset();
      this.#resetDecoder();
    } else if (output.type === 'packet' && output.packet.payload.length > 0) {
      this.#decode(output.packet);
    }
  }

  #decode(packet: ArrivedPacket): void {
    const { meter, clock, onChunk } = this.#options;
    const startMs = clock();
    if (!this.#budget.take(opusTicks(packet.payload))) return this.#drop('sound-rate');
    if (!this.#resets.has()) return this.#drop('decoder-resting');
    this.#options.beforeDecode?.();
    try {
      const sounds = this.#decoder.decode(packet.payload, this.#unwrap.next(packet.timestamp));
      const decodedMs = clock();
      meter.observe('emostream_stage_duration_seconds', (decodedMs - startMs) / 1000, { stage: 'audio_decode' });
      for (const { samples, position } of sounds) {
        meter.count('emostream_decoded_total', { kind: 'audio' });
        const mediaTime = this.#time.mediaTime(position, packet.arrivalMs);
        onChunk({ mediaTime, arrivalMs: packet.arrivalMs, decodedMs, samples });
      }
    } catch (error) {
      meter.count('emostream_errors_total', { code: toEmostreamError(error).code });
      this.#drop('corrupt');
      this.#resetDecoder();
    }
  }

  #drop(reason: DropReason<'audio'>): void {
    this.#options.meter.count('emostream_dropped_total', { stage: 'audio', reason });
  }

  #resetDecoder(): void {
    // Without allowance the decoder goes on as it is: after another stream that is a click, after an error it rests.
    if (this.#resets.take()) this.#decoder.reset();
  }
}
