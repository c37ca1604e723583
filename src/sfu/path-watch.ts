import type { MediaProblem } from '../common/media-problem.js';

/** Connecting (ICE and DTLS) and the first packet take well under a second where they succeed. */
const START_PATIENCE_MS = 4000;
/** Where packets are counted now and then, the last one seen may have come just before the count, or long before. */
const SILENCE_PATIENCE_MS = 2500;
/** mediasoup says that a stream is silent when it was for 1.5 to 3 s already. */
const SCORED_SILENCE_PATIENCE_MS = 1000;

/**
 * Whether the packets of one track get through. Pure: facts and times come in, a judgement goes out. As long as mediasoup's
 * score says that packets come, nothing else need be asked; else packets are to be counted.
 */
export class PathWatch {
  #paused: boolean;
  #connected: boolean;
  #scored = false;
  #packets = 0;
  /** When the track is judged silent, unless a packet comes. */
  #deadlineMs: number;

  constructor(start: { paused: boolean; connected: boolean; nowMs: number }) {
    this.#paused = start.paused;
    this.#connected = start.connected;
    this.#deadlineMs = start.nowMs + START_PATIENCE_MS;
  }

  /** The sender says that nothing is to be expected, or is again. */
  pause(paused: boolean, nowMs: number): void {
    if (this.#paused && !paused) this.#deadlineMs = nowMs + START_PATIENCE_MS;
    this.#paused = paused;
  }

  /** The transport's ICE and DTLS stand. */
  connect(connected: boolean): void {
    this.#connected = connected;
  }

  /** mediasoup's word: some stream of the track has a score, so its packets come. */
  score(flowing: boolean, nowMs: number): void {
    if (this.#scored && !flowing) this.#deadlineMs = Math.max(this.#deadlineMs, nowMs + SCORED_SILENCE_PATIENCE_MS);
    this.#scored = flowing;
  }

  /** How many packets came so far. */
  count(packets: number, nowMs: number): void {
    if (packets > this.#packets) this.#deadlineMs = Math.max(this.#deadlineMs, nowMs + SILENCE_PATIENCE_MS);
    this.#packets = packets;
  }

  /** By when packets must be counted, for nothing else says that they come; null: need not. */
  get deadlineMs(): number | null {
    return this.#paused || this.#scored ? null : this.#deadlineMs;
  }

  problem(nowMs: number): MediaProblem | null {
    if (this.#paused || this.#scored || nowMs < this.#deadlineMs) return null;
    return this.#connected ? 'no-packets' : 'not-connected';
  }
}
