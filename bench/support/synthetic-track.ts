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

/** Packets that can be sent again when asked for. */
const HISTORY = 1024;

/** One RTP stream made from a recording, over and over, in real time. Pure: the peer asks what is due. */
export class SyntheticTrack {
  readonly options: TrackOptions;
  /** RTP payloads of unit `index` (a picture or 20 ms of sound), counted from the start for ever. */
  readonly #unit: (index: number, asKeyFrame: boolean) => Uint8Array[];
  readonly #unitMs: number;
  /** A unit leaves so long after its media time: sound only when its 20 ms are over. */
  readonly #leavesAfterMs: number;
  readonly #history: (Buffer | undefined)[] = new Array<Buffer | undefined>(HISTORY);
  #sequenceNumber: number;
  #nextUnit = 0;
  #nextReportMs = 0;
  #keyFrameWanted = false;
  sending = true;
  packets = 0;
  octets = 0;

  private constructor(
    options: TrackOptions,
    unitMs: number,
    leavesAfterMs: number,
    unit: (index: number, asKeyFrame: boolean) => Uint8Array[],
  ) {
    this.options = options;
    this.#unitMs = unitMs;
    this.#leavesAfterMs = leavesAfterMs;
    this.#unit = unit;
    this.#sequenceNumber = options.firstSequenceNumber;
  }

  static video(options: TrackOptions, video: NonNullable<Recording['video']>): SyntheticTrack {
    return new SyntheticTrack(options, 1000 / video.framesPerSecond, 0, (index, asKeyFrame) => {
      const frame = video.frames[index % video.frames.length] as (typeof video.frames)[number];
      return asKeyFrame ? frame.key : frame.normal;
    });
  }

  static audio(options: TrackOptions, audio: NonNullable<Recording['audio']>): SyntheticTrack {
    return new SyntheticTrack(options, 20, 20, (index) => [audio.packets[index % audio.packets.length] as Uint8Array]);
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
    const payloads = this.#unit(index, this.#keyFrameWanted);
    this.#keyFrameWanted = false;
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
