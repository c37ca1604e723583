import { TokenBucket } from '../common/token-bucket.js';
import type { PictureCost } from './picture-cost.js';

type Cost = Pick<PictureCost, 'pixels' | 'pictures'>;

/** Why a picture is not decoded. */
export type PixelProblem = 'picture-size' | 'pixel-rate';

/** Pictures of the analysis per second: one that is so large that the rate does not pay for as many is never of use. */
const ANALYSED_PER_SECOND = 8;
/** A picture of any size costs something: as much as this many pixels. */
const LEAST_COST = 57_600;
/** Cameras and clocks are not exact: a sender at the very rate is within it. */
const TOLERANCE = 1.05;
/** Saved up for bursts, seconds of the rate. */
const SAVED_SECONDS = 2;
/** So many seconds one after another with more than the rate, or without one picture that is small enough, are no burst. */
const PATIENCE_SECONDS = 5;

/**
 * Bounds what is decoded of a track before it is decoded. What is too much is dropped, which costs nearly nothing; a sender who
 * goes on so for some seconds is a problem. Pure: times are passed in, and only go forward.
 */
export class PixelBudget {
  /** Larger pictures are never decoded, pixels. */
  readonly maxPixels: number;
  readonly #perSecond: number;
  #nowMs = 0;
  readonly #saved: TokenBucket;
  /** Nothing is decoded until half of the savings are there again. */
  #exhausted = false;
  /** The current second: when it began, what was offered in it. */
  #second = { from: 0, offered: 0 };
  #secondsOver = 0;
  #tooLargeSinceMs: number | null = null;

  /** @param maxPixelRate pixels per second */
  constructor(maxPixelRate: number) {
    this.#perSecond = maxPixelRate * TOLERANCE;
    this.maxPixels = Math.floor(maxPixelRate / ANALYSED_PER_SECOND);
    this.#saved = new TokenBucket(SAVED_SECONDS * this.#perSecond, this.#perSecond, () => this.#nowMs);
  }

  /** Null: it may be decoded, and is paid for. */
  admit({ pixels, pictures }: Cost, now: number): PixelProblem | null {
    this.#advance(now);
    if (pixels > this.maxPixels) {
      this.#tooLargeSinceMs ??= now;
      return 'picture-size';
    }
    this.#tooLargeSinceMs = null;
    const cost = pictures * Math.max(pixels, LEAST_COST);
    this.#second.offered += cost;
    if (this.#exhausted && this.#saved.has((SAVED_SECONDS * this.#perSecond) / 2)) this.#exhausted = false;
    if (this.#exhausted || !this.#saved.take(cost)) {
      this.#exhausted = true;
      return 'pixel-rate';
    }
    return null;
  }

  /** The same for a picture that is not going to be decoded: it counts as asked for. */
  pass({ pixels, pictures }: Cost, now: number): void {
    this.#advance(now);
    if (pixels <= this.maxPixels) this.#second.offered += pictures * Math.max(pixels, LEAST_COST);
  }

  /** What has gone on for so long that it will not end by itself. */
  problem(now: number): PixelProblem | null {
    this.#advance(now);
    if (this.#tooLargeSinceMs !== null && now - this.#tooLargeSinceMs >= PATIENCE_SECONDS * 1000) return 'picture-size';
    return this.#secondsOver >= PATIENCE_SECONDS ? 'pixel-rate' : null;
  }

  #advance(now: number): void {
    this.#nowMs = Math.max(now, this.#nowMs);
    if (this.#second.from === 0) this.#second.from = now;
    const seconds = Math.floor((now - this.#second.from) / 1000);
    if (seconds < 1) return;
    this.#secondsOver = seconds === 1 && this.#second.offered > this.#perSecond ? this.#secondsOver + 1 : 0;
    this.#second = { from: this.#second.from + seconds * 1000, offered: 0 };
  }
}
