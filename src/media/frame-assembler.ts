import type { Depacketizer } from './depacketizer.js';
import { H264Depacketizer } from './h264-depacketizer.js';
import type { RtpPacket } from './rtp-packet.js';
import { Vp8Depacketizer } from './vp8-depacketizer.js';

/** An encoded picture, whole. */
export interface EncodedFrame {
  data: Uint8Array;
  /** RTP timestamp, 32 bit. */
  timestamp: number;
  keyFrame: boolean;
  /** Arrival of its last packet, server wall clock, ms. */
  arrivalMs: number;
}

export type ArrivedPacket = RtpPacket & { arrivalMs: number };

export interface AssemblerEvents {
  /** A picture was dropped. `waiting`: it came whole, but a key frame is awaited. */
  onDrop: (reason: 'incomplete' | 'malformed' | 'too-large' | 'waiting') => void;
  /** Nothing can be decoded before the next key frame. */
  onKeyFrameNeeded: () => void;
}

interface PartialFrame {
  timestamp: number;
  arrivalMs: number;
  bytes: number;
  packets: number;
  fault: 'malformed' | 'too-large' | null;
}

/** Longer than any picture of a call; a stream that never ends its picture must not fill the memory. */
const MAX_FRAME_BYTES = 4 * 1024 * 1024;
/** As many as those bytes take; smaller packets hold more memory than they bring. */
const MAX_FRAME_PACKETS = 4096;

/**
 * Ordered packets of one video track → whole pictures. A picture ends with the marker or with the next timestamp
 * (RFC 7741 §4.1, RFC 6184 §5.1). Later pictures build on earlier ones, so after any loss everything is dropped until
 * the next key frame.
 */
export class FrameAssembler {
  readonly #depacketizer: Depacketizer;
  readonly #events: AssemblerEvents;
  /** The picture being put together. */
  #current: PartialFrame | null = null;
  /** The timestamp of a picture that has lost packets: the rest of it is ignored. */
  #void: number | null = null;
  #needsKeyFrame = true;
  /** The start of the next picture may be missing. */
  #afterLoss = true;

  constructor(codec: 'VP8' | 'H264', events: AssemblerEvents) {
    this.#depacketizer = codec === 'VP8' ? new Vp8Depacketizer() : new H264Depacketizer();
    this.#events = events;
  }

  get needsKeyFrame(): boolean {
    return this.#needsKeyFrame;
  }

  push(packet: ArrivedPacket): EncodedFrame[] {
    const frames: EncodedFrame[] = [];
    if (this.#current && this.#current.timestamp !== packet.timestamp) this.#finish(frames);
    if (packet.timestamp === this.#void) return frames;
    this.#void = null;
    const current = (this.#current ??= {
      timestamp: packet.timestamp,
      arrivalMs: 0,
      bytes: 0,
      packets: 0,
      fault: null,
    });
    current.arrivalMs = Math.max(current.arrivalMs, packet.arrivalMs);
    current.bytes += packet.payload.length;
    current.packets++;
    if (current.bytes > MAX_FRAME_BYTES || current.packets > MAX_FRAME_PACKETS) {
      current.fault = 'too-large';
      this.#depacketizer.reset();
    }
    if (!current.fault && !this.#depacketizer.add(packet.payload)) current.fault = 'malformed';
    if (packet.marker) this.#finish(frames);
    return frames;
  }

  /** Packets were lost just before the next one. */
  lost(): void {
    if (this.#current) {
      this.#events.onDrop('incomplete');
      this.#void = this.#current.timestamp;
    }
    this.#afterLoss = true;
    this.reset();
  }

  /** Drops the picture in progress and waits for a key frame (after a loss, a pause, a decoder error). */
  reset(): void {
    this.#current = null;
    this.#depacketizer.reset();
    this.#needsKeyFrame = true;
    this.#events.onKeyFrameNeeded();
  }

  #finish(frames: EncodedFrame[]): void {
    const { timestamp, arrivalMs, fault } = this.#current as PartialFrame;
    this.#current = null;
    const picture = fault ? null : this.#depacketizer.finish();
    const afterLoss = this.#afterLoss;
    this.#afterLoss = false;
    if (!picture || (afterLoss && !picture.provenStart)) {
      this.#events.onDrop(afterLoss ? 'incomplete' : (fault ?? 'malformed'));
      this.reset();
      return;
    }
    if (this.#needsKeyFrame && !picture.keyFrame) {
      this.#events.onDrop('waiting');
      this.#events.onKeyFrameNeeded();
      return;
    }
    this.#needsKeyFrame = false;
    frames.push({ data: picture.data, keyFrame: picture.keyFrame, timestamp, arrivalMs });
  }
}
