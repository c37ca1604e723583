const BYTES_PER_MS = 32;
/** Sound is handed on in pieces of so much, ms. */
const PIECE_MS = 40;
/** What comes later than its time by more than this is after a pause, ms. */
const LATE_MS = 500;
/** Sound that waits for its time: one frame of the largest, and a little. */
const MOST_WAITING_MS = 12_000;
/** Beginnings that are remembered: of sound without a pause there is one. */
const MOST_STARTS = 64;

export interface PacedSound {
  data: Uint8Array;
  /** Media time of its first sample, server wall clock, ms. */
  mediaTime: number;
}

/**
 * Sound that is sent in frames of any length, at about the rate at which it is spoken: gives it out piece by piece, each at its time, so
 * that what comes after is as in a call, and knows which media time is which place in the sound. The first sample is of when it came, and
 * each that follows of after the one before, by their number; after a pause time begins anew. Pure: times are passed in.
 */
export class PcmPacer {
  #frames: Uint8Array[] = [];
  #waitingBytes = 0;
  /** Media time of the next sample that is given out. */
  #nextMs = -Infinity;
  #givenBytes = 0;
  #acceptedBytes = 0;
  /** Where sound began, or went on after a pause. */
  #starts: { mediaMs: number; audioMs: number }[] = [];

  /** Of all that was accepted. */
  get acceptedMs(): number {
    return this.#acceptedBytes / BYTES_PER_MS;
  }

  get waitingMs(): number {
    return this.#waitingBytes / BYTES_PER_MS;
  }

  /** Media time after the last sample that was given out. */
  get givenUntil(): number {
    return this.#nextMs;
  }

  /** @returns false: it came faster than it is spoken, and is not taken */
  accept(frame: Uint8Array): boolean {
    if (this.#waitingBytes + frame.byteLength > MOST_WAITING_MS * BYTES_PER_MS) return false;
    this.#frames.push(frame);
    this.#waitingBytes += frame.byteLength;
    this.#acceptedBytes += frame.byteLength;
    return true;
  }

  /** What is due. @param earliestMs nothing is of before */
  take(now: number, earliestMs = -Infinity): PacedSound[] {
    const due: PacedSound[] = [];
    while (this.#waitingBytes > 0) {
      if (now - this.#nextMs > LATE_MS) this.#begin(Math.max(now, earliestMs));
      if (this.#nextMs > now) break;
      const data = this.#cut(PIECE_MS * BYTES_PER_MS);
      due.push({ data, mediaTime: this.#nextMs });
      this.#nextMs += data.byteLength / BYTES_PER_MS;
      this.#givenBytes += data.byteLength;
    }
    return due;
  }

  /** The place in the sound, ms from its beginning; null before all that is remembered. */
  audioMs(mediaMs: number): number | null {
    const at = this.#starts.findLastIndex((start) => start.mediaMs <= mediaMs);
    const start = this.#starts[at];
    if (!start) return null;
    const until = this.#starts[at + 1]?.audioMs ?? this.#givenBytes / BYTES_PER_MS;
    return Math.min(start.audioMs + (mediaMs - start.mediaMs), until);
  }

  #begin(mediaMs: number): void {
    this.#nextMs = mediaMs;
    this.#starts.push({ mediaMs, audioMs: this.#givenBytes / BYTES_PER_MS });
    if (this.#starts.length > MOST_STARTS) this.#starts.shift();
  }

  /** Of the frames that wait so much; of the last less. */
  #cut(bytes: number): Uint8Array {
    const piece = new Uint8Array(Math.min(bytes, this.#waitingBytes));
    let filled = 0;
    while (filled < piece.length) {
      const first = this.#frames[0]!;
      const part = first.subarray(0, piece.length - filled);
      piece.set(part, filled);
      filled += part.length;
      if (part.length === first.length) this.#frames.shift();
      else this.#frames[0] = first.subarray(part.length);
    }
    this.#waitingBytes -= piece.length;
    return piece;
  }
}
