import type { ArrivedPacket } from './frame-assembler.js';
import type { JitterOutput } from './jitter-buffer.js';
import type { TrackClock } from './track-clock.js';

/** A picture of 720p is some hundred packets at most; beyond it what waits goes on with the time that it has. */
const CAPACITY = 256;

/**
 * Packets in order, each told to the track's clock, and held for as long as the clock does not know their time: up to an eighth
 * of a second when packets come late after a silence, which is a road that was blocked or a capture that paused.
 */
export class TimeGate {
  readonly #clock: TrackClock;
  readonly #deliver: (output: JitterOutput<ArrivedPacket>) => void;
  #held: JitterOutput<ArrivedPacket>[] = [];

  /** @param deliver gets each output in order, a packet when the clock knows its time */
  constructor(clock: TrackClock, deliver: (output: JitterOutput<ArrivedPacket>) => void) {
    this.#clock = clock;
    this.#deliver = deliver;
  }

  /** Takes what the jitter buffer gives out. */
  pass(outputs: JitterOutput<ArrivedPacket>[]): void {
    for (const output of outputs) {
      if (output.type === 'reset') {
        // Another RTP clock begins: what is held has the time of the one before.
        this.#release();
        this.#clock.reset();
      } else if (output.type === 'packet') {
        this.#clock.packet(output.packet.timestamp, output.packet.arrivalMs, output.overtaken);
      }
      this.#held.push(output);
      if (output.type === 'reset' || !this.#clock.open || this.#held.length >= CAPACITY) this.#release();
    }
  }

  /** Time passes without a packet. @param now up to when everything that arrived was passed in, ms */
  expire(now: number): void {
    this.#clock.expire(now);
    if (!this.#clock.open) this.#release();
  }

  clear(): void {
    this.#held = [];
  }

  #release(): void {
    for (const output of this.#held.splice(0)) this.#deliver(output);
  }
}
