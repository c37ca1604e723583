import type { DropReason } from '../common/drops.js';
import type { Meter } from '../common/metrics.js';
import type { TapPacket, TrackInfo } from '../sfu/types.js';
import { ANY_MAY_BE_NEEDED, type Continuity } from './continuity.js';
import { type ArrivedPacket } from './frame-assembler.js';
import { JitterBuffer, type JitterOutput } from './jitter-buffer.js';
import { parseRtp, type RtpPacket } from './rtp-packet.js';
import { TimeGate } from './time-gate.js';
import type { TrackClock } from './track-clock.js';
import { isVideoCodec, VIDEO_CODECS } from './video-codecs.js';

/**
 * Longest a missing packet is waited for, ms. Lost sound is a short gap, and nothing builds on it: it is given up before its
 * window closes. A lost picture costs all pictures up to a key frame, so it is waited for though its window will have closed:
 * mediasoup asks the sender at once, then each 120 ms or round trip, whichever is longer (NackGenerator.cpp: a timer of 40 ms,
 * round trips of 100 ms unless told otherwise): on a route of 100 ms three answers come within this time, after 100, 220, 340 ms.
 */
const WAIT_MS = { audio: 80, video: 400 };
/** Two seconds of a large camera (2.5 Mbit/s), many times that of the layer that is tapped. */
const JITTER_CAPACITY = 512;
/** A packet that is older than this when it gets here waited in a queue of an overloaded server, ms. */
export const MAX_BACKLOG_MS = 2000;

/** The first steps of every track: parse, check the payload type, count, put in order, wait until the time of each is known. */
export class ReceiveStage {
  readonly #track: TrackInfo;
  readonly #meter: Meter;
  readonly #buffer: JitterBuffer<ArrivedPacket>;
  readonly #gate: TimeGate;
  /** How long the newest packet took from its arrival to here, ms. */
  #lagMs = 0;

  /** @param options `deliver` gets what comes out, in order */
  constructor(
    track: TrackInfo,
    options: {
      meter: Meter;
      jitterWaitMs?: number;
      time: TrackClock;
      deliver: (output: JitterOutput<ArrivedPacket>) => void;
    },
  ) {
    this.#track = track;
    this.#meter = options.meter;
    this.#buffer = new JitterBuffer<ArrivedPacket>({
      waitMs: options.jitterWaitMs ?? WAIT_MS[track.kind],
      capacity: JITTER_CAPACITY,
      continuity: continuityOf(track.codec),
      onDrop: (reason) => {
        this.#drop(reason);
      },
    });
    this.#gate = new TimeGate(options.time, options.deliver);
  }

  /** The packet if it is one of this track's, else null; what is wrong with it is counted. */
  parse(tap: TapPacket, now: number): ArrivedPacket | null {
    const packet = parseRtp(tap.data);
    if (!packet) return this.#drop('malformed');
    if (packet.payloadType !== this.#track.payloadType) return this.#drop('payload-type');
    this.#lagMs = Math.max(0, now - tap.arrivalMs);
    if (this.#lagMs > MAX_BACKLOG_MS) return this.#drop('overload');
    return { ...packet, arrivalMs: tap.arrivalMs };
  }

  order(packet: ArrivedPacket): void {
    this.#gate.pass(this.#counted(this.#buffer.process(packet, packet.arrivalMs)));
  }

  /** Gives up missing packets; one that arrived may still be in a busy thread's queue, so the newest packet's lag is granted. */
  expire(now: number): void {
    this.#gate.pass(this.#counted(this.#buffer.expire(now - this.#lagMs)));
    this.#gate.expire(now - this.#lagMs);
  }

  clear(): void {
    this.#buffer.clear();
    this.#gate.clear();
  }

  #counted(outputs: JitterOutput<ArrivedPacket>[]): JitterOutput<ArrivedPacket>[] {
    for (const output of outputs) {
      if (output.type === 'lost') {
        this.#meter.count('emostream_rtp_lost_total', { kind: this.#track.kind }, output.count);
      }
    }
    return outputs;
  }

  #drop(reason: DropReason<'rtp'>): null {
    this.#meter.count('emostream_dropped_total', { stage: 'rtp', reason });
    return null;
  }
}

function continuityOf(codec: TrackInfo['codec']): Continuity<RtpPacket> {
  return isVideoCodec(codec) ? VIDEO_CODECS[codec].continuity() : ANY_MAY_BE_NEEDED;
}
