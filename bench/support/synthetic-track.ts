import type { VideoCodec } from '../../src/sfu/types.js';
import type { Recording } from './recording.js';
import { writeRtp, writeSenderReport } from './rtp-writer.js';

export interface TrackOptions {
  ssrc: number;
  payloadType: number;
  clockRate: number;
  /** RTP timestamp at the start of the peer, 32 bit. */
  timestampOffset: number;
  firstSequenceNumber: number;
}

/** A picture or 20 ms of sound, as RTP payloads. */
interface Unit {
  payloads: Uint8Array[];
  isKeyFrame: boolean;
}
/** Unit `index`, counted from the start for ever. @param keyFrame one that needs none before it is wanted */
type Units = (index: number, keyFrame: boolean) => Unit;

/** Encodes as it sends, so that a key frame is followed by pictures that build on it, as a camera's is. */
export interface LiveVideo {
  codec: VideoCodec;
  framesPerSecond: number;
  /** Temporal layers (VP8), as mediasoup must know of them. */
  temporalLayers?: number;
  /** Layers of VP9 or AV1, which come as one stream. */
  scalabilityMode?: string;
  encode: Units;
}

/** Packets that can be sent again when asked for. */
const HISTORY = 1024;

/** One RTP stream made from a recording, over and over, in real time. Pure: the peer asks what is due. */
export class SyntheticTrack {
  readonly options: TrackOptions;
  readonly #unit: Units;
  readonly #unitMs: number;
  /** A unit leaves so long after its media time: sound only when its 20 ms are over. */
  readonly #leavesAfterMs: number;
  readonly #history: (Buffer | undefined)[] = new Array<Buffer | undefined>(HISTORY);
  #sequenceNumber: number;
  #nextUnit = 0;
  #nextReportMs = 0;
  /** A key frame is to be sent; a recording sends key frames until it has one itself. */
  #keyFrameWanted = false;
  sending = true;
  packets = 0;
  octets = 0;

  private constructor(options: TrackOptions, unitMs: number, leavesAfterMs: number, unit: Units) {
    this.options = options;
    this.#unitMs = unitMs;
    this.#leavesAfterMs = leavesAfterMs;
    this.#unit = unit;
    this.#sequenceNumber = options.firstSequenceNumber;
  }

  static video(options: TrackOptions, video: NonNullable<Recording['video']>): SyntheticTrack {
    const { frames, framesPerSecond } = video;
    return new SyntheticTrack(options, 1000 / framesPerSecond, 0, (index, keyFrame) => {
      const { normal, key, isKeyFrame } = frames[index % frames.length] as (typeof frames)[number];
      return { payloads: keyFrame && !isKeyFrame ? key : normal, isKeyFrame };
    });
  }

  static live(options: TrackOptions, { framesPerSecond, encode }: LiveVideo): SyntheticTrack {
    return new SyntheticTrack(options, 1000 / framesPerSecond, 0, encode);
  }

  static audio(options: TrackOptions, audio: NonNullable<Recording['audio']>): SyntheticTrack {
    const units = audio.packets.map((packet) => ({ payloads: [packet], isKeyFrame: true }));
    return new SyntheticTrack(options, 20, 20, (index) => units[index % units.length] as Unit);
  }

  /** The packets that are due. @param elapsedMs media time since the start of the peer */
  due(elapsedMs: number): Buffer[] {
    const out: Buffer[] = [];
    while (this.#nextUnit * this.#unitMs + this.#leavesAfterMs <= elapsedMs) {
      const index = this.#nextUnit++;
      if (this.sending) this.#packetize(index, out);
    }
    return out;
  }

  /** What was due before this time is never sent. */
  skipTo(elapsedMs: number): void {
    this.#nextUnit = Math.max(this.#nextUnit, Math.ceil((elapsedMs - this.#leavesAfterMs) / this.#unitMs));
    this.#keyFrameWanted = true;
  }

  /** The sender report, once a second (the first at once); else null. */
  report(elapsedMs: number, ntpMs: number, cname: string): Buffer | null {
    if (elapsedMs < this.#nextReportMs) return null;
    this.#nextReportMs = elapsedMs + 1000;
    const { ssrc } = this.options;
    const timestamp = this.#timestamp(elapsedMs);
    return writeSenderReport({ ssrc, ntpMs, timestamp, packets: this.packets, octets: this.octets, cname });
  }

  /** The next picture goes out as a key frame. */
  requestKeyFrame(): void {
    this.#keyFrameWanted = true;
  }

  again(sequenceNumber: number): Buffer | null {
    const packet = this.#history[sequenceNumber % HISTORY];
    return packet?.readUInt16BE(2) === sequenceNumber ? packet : null;
  }

  #packetize(index: number, out: Buffer[]): void {
    const { payloads, isKeyFrame } = this.#unit(index, this.#keyFrameWanted);
    if (isKeyFrame) this.#keyFrameWanted = false;
    payloads.forEach((payload, i) => {
      const sequenceNumber = this.#sequenceNumber++ & 0xffff;
      const timestamp = this.#timestamp(index * this.#unitMs);
      const marker = i === payloads.length - 1 && this.options.clockRate === 90_000;
      const { ssrc, payloadType } = this.options;
      const packet = writeRtp({ payloadType, marker, sequenceNumber, timestamp, ssrc }, payload);
      this.#history[sequenceNumber % HISTORY] = packet;
      this.packets++;
      this.octets += payload.length;
      out.push(packet);
    });
  }

  #timestamp(elapsedMs: number): number {
    const { timestampOffset, clockRate } = this.options;
    return (timestampOffset + Math.round((elapsedMs * clockRate) / 1000)) % 2 ** 32;
  }
}
