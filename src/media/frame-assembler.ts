import type { VideoCodec } from '../sfu/types.js';
import type { Depacketizer, Picture, PictureFault } from './depacketizer.js';
import type { RtpPacket } from './rtp-packet.js';
import { VIDEO_CODECS } from './video-codecs.js';

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
  onDrop: (reason: PictureFault | 'incomplete' | 'too-large' | 'waiting') => void;
  /** Nothing can be decoded before the next key frame. */
  onKeyFrameNeeded: () => void;
}

interface PartialFrame {
  timestamp: number;
  arrivalMs: number;
  bytes: number;
  packets: number;
  fault: 'malformed' | 'too-large' | null;
  /** Nothing builds on it, as far as is known. */
  disposable: boolean;
  /** A packet of it had the marker. */
  marked: boolean;
}

/** Longer than any picture of a call; a stream that never ends its picture must not fill the memory. */
const MAX_FRAME_BYTES = 4 * 1024 * 1024;
/** As many as those bytes take; smaller packets hold more memory than they bring. */
const MAX_FRAME_PACKETS = 4096;

/**
 * Ordered packets of one video track → whole pictures. A picture ends with the marker (RFC 7741 §4.1, RFC 6184 §5.1, RFC 9628 §4.1), or where
 * the next one begins: not every sender marks, and some mark every packet. Later pictures build on earlier ones, so after a
 * loss everything is dropped until the next key frame; unless what was lost is such that nothing builds on it.
 */
export class FrameAssembler {
  readonly #depacketizer: Depacketizer;
  readonly #events: AssemblerEvents;
  /** The picture being put together. */
  #current: PartialFrame | null = null;
  /** The timestamp of a picture that has lost packets: the rest of it is ignored. */
  #void: number | null = null;
  /** The timestamp of the last picture that its marker ended. */
  #ended: number | null = null;
  /** This sender's markers were found in the middle of pictures. */
  #falseMarkers = false;
  #needsKeyFrame = true;
  /** The start of the next picture may be missing. */
  #afterLoss = true;
  /** Of higher temporal layers pictures are missing. */
  #wholeLayers = Infinity;

  constructor(codec: VideoCodec, events: AssemblerEvents) {
    this.#depacketizer = VIDEO_CODECS[codec].depacketizer();
    this.#events = events;
  }

  get needsKeyFrame(): boolean {
    return this.#needsKeyFrame;
  }

  push(packet: ArrivedPacket): EncodedFrame[] {
    const frames: EncodedFrame[] = [];
    const { timestamp, payload } = packet;
    const begins = this.#depacketizer.begins(payload);
    const another = this.#current?.timestamp !== timestamp || (begins && this.#depacketizer.hasPicture);
    if (this.#current && another) this.#finish(frames);
    if (timestamp === this.#void) return frames;
    this.#void = null;
    if (!this.#current && timestamp === this.#ended && !begins) {
      // What was handed on was a part of a picture: what the decoder made of it is nothing to build on.
      this.#falseMarkers = true;
      this.#void = timestamp;
      this.#events.onDrop('incomplete');
      this.reset();
      return frames;
    }
    this.#current ??= {
      timestamp,
      arrivalMs: 0,
      bytes: 0,
      packets: 0,
      fault: null,
      disposable: false,
      marked: false,
    };
    const marked = this.#current.marked;
    this.#add(this.#current, packet);
    if (marked && this.#depacketizer.hasPicture) this.#falseMarkers = true;
    if (packet.marker && !this.#falseMarkers && (this.#current.fault || this.#depacketizer.hasPicture)) {
      this.#finish(frames);
      this.#ended = timestamp;
    }
    return frames;
  }

  /**
   * Packets were lost just before the next one.
   * @param needed later pictures may build on what they held
   * @returns the picture in progress, where it had come whole
   */
  lost(needed: boolean): EncodedFrame[] {
    const frames: EncodedFrame[] = [];
    const { timestamp } = this.#current ?? {};
    if (timestamp !== undefined) {
      if (!this.#current?.fault && this.#depacketizer.complete) this.#finish(frames);
      else this.#events.onDrop('incomplete');
      this.#void = timestamp;
    }
    this.#current = null;
    this.#depacketizer.reset();
    this.#wholeLayers = 0;
    if (!needed) return frames;
    this.#afterLoss = true;
    this.reset();
    return frames;
  }

  /** Drops the picture in progress and waits for a key frame (after a loss, a pause, a decoder error). */
  reset(): void {
    this.#current = null;
    this.#depacketizer.reset();
    this.#needsKeyFrame = true;
    this.#events.onKeyFrameNeeded();
  }

  #add(current: PartialFrame, { arrivalMs, payload, marker }: ArrivedPacket): void {
    current.arrivalMs = Math.max(current.arrivalMs, arrivalMs);
    current.bytes += payload.length;
    current.packets++;
    current.marked ||= marker;
    if (current.bytes > MAX_FRAME_BYTES || current.packets > MAX_FRAME_PACKETS) {
      current.fault = 'too-large';
      this.#depacketizer.reset();
    }
    if (current.fault) return;
    if (!this.#depacketizer.add(payload)) current.fault = 'malformed';
    current.disposable = this.#depacketizer.disposable;
  }

  #finish(frames: EncodedFrame[]): void {
    const { timestamp, arrivalMs, fault, disposable } = this.#current as PartialFrame;
    const { hasPicture, provenStart } = this.#depacketizer;
    const afterLoss = this.#afterLoss && !provenStart;
    this.#current = null;
    // Parameters or messages apart from any picture.
    if (!fault && !hasPicture) {
      this.#afterLoss = afterLoss;
      return this.#depacketizer.reset();
    }
    this.#afterLoss = false;
    const picture = fault ?? this.#depacketizer.finish();
    this.#depacketizer.reset();
    if (afterLoss || typeof picture === 'string') {
      this.#events.onDrop(afterLoss ? 'incomplete' : (picture as PictureFault));
      if (disposable) this.#wholeLayers = 0;
      else this.reset();
    } else if (this.#needsKeyFrame && !picture.keyFrame) {
      this.#events.onDrop('waiting');
      this.#events.onKeyFrameNeeded();
    } else if (picture.keyFrame || this.#hasWhatItBuildsOn(picture)) {
      if (picture.keyFrame || (picture.switchUp && picture.layer === 0)) this.#wholeLayers = Infinity;
      this.#needsKeyFrame = false;
      frames.push({ data: picture.data, keyFrame: picture.keyFrame, timestamp, arrivalMs });
    } else {
      this.#events.onDrop('waiting');
    }
  }

  /** Once pictures of an upper layer were lost it is whole again from one that needs none of them (RFC 7741 §4.2, Y). */
  #hasWhatItBuildsOn({ layer, layerSync }: Picture): boolean {
    if (layer <= this.#wholeLayers) return true;
    if (layerSync && layer === this.#wholeLayers + 1) this.#wholeLayers = layer;
    return layerSync;
  }
}
