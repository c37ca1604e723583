import { GAP_TOLERANCE_MS, type HeardSound, LOST_PACKETS_MS, SAMPLES_PER_MS } from './heard-sound.js';
import { leadOf, MOST_LEAD_MS } from './lead.js';
import { SpeechPiece } from './speech-piece.js';

/**
 * Silence that ends a piece, ms: less of it where a piece is long already, as a recogniser's work grows with the piece. What was
 * said before a pause is known by then: words do not wait for it.
 */
const PAUSE_MS = 700;
const SHORT_PAUSE_MS = 450;
const LONG_MS = 4000;
/** Recognisers of whole pieces lose their way in long ones: no piece is longer, ms… */
export const MOST_MS = 8000;
/** …and a longer one is cut at the quietest place in its last part, ms. */
const CUT_WITHIN_MS = 3000;

/**
 * Cuts heard sound into pieces of speech: from a little before somebody speaks until a pause, or eight seconds at most. What it
 * holds is bounded by that. Pure.
 */
export class PieceCutter {
  readonly #newId: () => number;
  #before: HeardSound[] = [];
  #piece: SpeechPiece | null = null;
  #expectedMs: number | null = null;

  constructor(newId: () => number) {
    this.#newId = newId;
  }

  /** What is being said. */
  get piece(): SpeechPiece | null {
    return this.#piece;
  }

  /** @returns pieces that are over */
  push(frame: HeardSound): SpeechPiece[] {
    const ended = this.#gap(frame) ? this.end() : [];
    this.#expectedMs = frame.mediaTime + frame.samples.length / SAMPLES_PER_MS;
    if (!this.#piece) {
      if (!frame.speech) {
        this.#remember(frame);
        return ended;
      }
      this.#piece = new SpeechPiece(this.#newId());
      for (const earlier of leadOf(this.#before)) this.#piece.add(earlier);
      this.#before = [];
    }
    this.#piece.add(frame);
    const pauseMs = this.#piece.lengthMs < LONG_MS ? PAUSE_MS : SHORT_PAUSE_MS;
    if (this.#piece.silentMs >= pauseMs) ended.push(...this.end());
    else if (this.#piece.lengthMs >= MOST_MS) ended.push(this.#cut(this.#piece));
    return ended;
  }

  /** No more is to come of what is being said. @returns the piece, if there is one */
  end(): SpeechPiece[] {
    const piece = this.#piece;
    this.#piece = null;
    this.#before = [];
    this.#expectedMs = null;
    return piece && piece.speechMs > 0 ? [piece] : [];
  }

  /** Somebody who speaks on is in the middle of a sentence: the rest is the beginning of the next piece. */
  #cut(piece: SpeechPiece): SpeechPiece {
    const rest = piece.cut(piece.endMs - CUT_WITHIN_MS, this.#newId());
    this.#piece = rest;
    return piece;
  }

  #remember(frame: HeardSound): void {
    this.#before.push(frame);
    while ((this.#before[0]?.mediaTime ?? Infinity) < frame.mediaTime - MOST_LEAD_MS) this.#before.shift();
  }

  #gap({ mediaTime }: HeardSound): boolean {
    if (this.#expectedMs === null) return false;
    const missing = mediaTime - this.#expectedMs;
    return missing < -GAP_TOLERANCE_MS || missing > (this.#piece ? LOST_PACKETS_MS : GAP_TOLERANCE_MS);
  }
}
