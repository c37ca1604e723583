import type { PacketSink } from '../../sfu/support/local-receiver.js';
import { blockedUntil, type Mishaps, NO_MISHAPS, sentAt } from './mishaps.js';

/** A late second shows in the media clock for so long, ms: from then on it is made good at 50 ms a second. */
const LOOK_BACK_MS = 4000;
const SLICE_MS = 250;

/**
 * How late the machine itself was: of every quarter of a second the fastest trip of a packet, from when it was due to its arrival. The
 * media clock counts the fastest trip as none, as nobody can know it, and on a busy machine even that one takes its time.
 */
export class Trips {
  /** Fastest trip by quarter of a second since the start, ms. */
  readonly #fastest = new Map<number, number>();
  /** Trips of the packets of sound, ms. */
  readonly #sounds: number[] = [];
  readonly #startMs: number;
  readonly #mishaps: Mishaps;

  /** @param startMs when the recording begins, server wall clock, ms */
  constructor(startMs: number, mishaps: Mishaps = NO_MISHAPS) {
    this.#startMs = startMs;
    this.#mishaps = mishaps;
  }

  /**
   * Hands everything on to the sink, and measures the packets' trips.
   * @param track RTP clock rate in Hz, the timestamp at the start, and how long after its media time a packet leaves, ms
   */
  watch(
    sink: PacketSink,
    track: { kind: 'video' | 'audio'; clockRate: number; timestampOffset: number; leavesAfterMs: number },
  ): PacketSink {
    return {
      packet: (packet) => {
        const timestamp = Buffer.from(packet.data.buffer, packet.data.byteOffset).readUInt32BE(4);
        const mediaMs = (((timestamp - track.timestampOffset) >>> 0) / track.clockRate) * 1000;
        const leftMs = sentAt(this.#mishaps, track.kind, mediaMs + track.leavesAfterMs);
        const tripMs = packet.arrivalMs - (this.#startMs + blockedUntil(this.#mishaps, leftMs));
        this.#add(packet.arrivalMs, tripMs);
        if (track.kind === 'audio') this.#sounds.push(tripMs);
        sink.packet(packet);
      },
      senderReport: (report) => {
        sink.senderReport(report);
      },
      setPaused: (paused) => {
        sink.setPaused(paused);
      },
      close: () => {
        sink.close();
      },
    };
  }

  /** By how much the media clock may be wrong at a time for the machine's sake, ms: the slowest of the last fastest trips. */
  lateness(atMs: number): number {
    const newest = this.#slice(atMs);
    let worst = 0;
    let stood = 0;
    for (let slice = Math.max(0, newest - LOOK_BACK_MS / SLICE_MS); slice <= newest; slice++) {
      // A time in which nothing came at all was spent standing still, unless the road was blocked.
      const blocked = blockedUntil(this.#mishaps, slice * SLICE_MS) > slice * SLICE_MS;
      stood = this.#fastest.has(slice) || blocked ? 0 : stood + SLICE_MS;
      worst = Math.max(worst, this.#fastest.get(slice) ?? stood);
    }
    return worst;
  }

  /** How many packets of sound took longer than this, ms: each may have missed its window. */
  slowSounds(thanMs: number): number {
    return this.#sounds.filter((tripMs) => tripMs > thanMs).length;
  }

  #add(arrivalMs: number, tripMs: number): void {
    const slice = this.#slice(arrivalMs);
    this.#fastest.set(slice, Math.min(tripMs, this.#fastest.get(slice) ?? Infinity));
  }

  #slice(atMs: number): number {
    return Math.floor((atMs - this.#startMs) / SLICE_MS);
  }
}
