import type { CodedPicture } from './picture-order.js';

/** Pictures whose times are further apart, ms, are of a clock that jumps… */
const JUMP_MS = 5000;
/** …and those closer than this are taken for one (SteadyTime). */
const LEAST_MS = 1;
/** Pictures that a decoder has and has not given out, at most: threads hold a few, and putting in order up to 16. */
const MOST_HELD = 64;
/** Stretches of which the first picture is remembered. */
const MOST_SLOTS = 64;

interface Shown extends CodedPicture {
  timeMs: number;
}

/**
 * Tells of which packets the picture need not be decoded: nothing is made of it, and of its stretch of time, of which the first picture is
 * looked at, an earlier one has come. It holds for recordings in which all is as it should be, and watches that it is: a decoder that
 * had everything would show it all in rising times, and this one gives out all that it was given, in that order. Once anything else
 * is seen, all is to be decoded from the beginning. Pure.
 */
export class NeedlessPictures {
  readonly #slotMs: number;
  readonly #limitMs: number;
  /** Pictures that are put in order before one is shown, at most. */
  readonly #most: number;
  /** Pictures that a decoder of everything had not shown yet. */
  readonly #waiting: Shown[] = [];
  #shown: Shown | null = null;
  /** Those that are decoded and have not come out, in the order of decoding. */
  readonly #held: { timeMs: number; place: number }[] = [];
  #places = 0;
  /** By stretch, the earliest picture so far that is decoded, ms. */
  readonly #earliest = new Map<number, number>();
  readonly #newestMs = { out: -Infinity, needless: -Infinity };
  /** Something is not as it should be. */
  isOdd = false;

  /**
   * @param most as `PictureOrder`
   * @param durationMs of the whole recording, as it says; null: it does not
   */
  constructor(most: number, slotMs: number, durationMs: number | null) {
    this.#most = most;
    this.#slotMs = slotMs;
    this.#limitMs = (durationMs ?? Infinity) + JUMP_MS;
  }

  /**
   * The next packet, in the order of decoding.
   * @param timeMs when its picture is shown; null: it does not say
   * @param picture null: of it is nothing known
   * @returns whether it is not to be decoded
   */
  follow(timeMs: number | null, picture: CodedPicture | null): boolean {
    if (timeMs === null || !picture) this.isOdd = true;
    if (this.isOdd || timeMs === null || !picture) return false;
    this.#waiting.push({ ...picture, timeMs });
    if (this.#waiting.length > this.#most) this.#show();
    const slot = Math.floor(timeMs / this.#slotMs);
    if (picture.isDisposable && (this.#earliest.get(slot) ?? Infinity) < timeMs) {
      this.#newestMs.needless = Math.max(this.#newestMs.needless, timeMs);
      return true;
    }
    this.#held.push({ timeMs, place: this.#places++ });
    if (this.#held.length > MOST_HELD) this.isOdd = true;
    // What is before the first moment is not looked at as what it is.
    if (timeMs >= 0) this.#remember(slot, timeMs);
    return false;
  }

  /**
   * A picture came out of the decoder.
   * @param timeMs null: it does not say when it is shown
   * @returns its place in the order of decoding
   */
  out(timeMs: number | null): number {
    const [first] = this.#held;
    const due = first && this.#held.reduce((least, each) => (each.timeMs < least.timeMs ? each : least));
    if (!due || timeMs !== due.timeMs) {
      this.isOdd = true;
      return -1;
    }
    this.#held.splice(this.#held.indexOf(due), 1);
    this.#newestMs.out = due.timeMs;
    return due.place;
  }

  /** All that was decoded before it, of which it may be made, came out as well, and whoever saw that knows whether it was whole. */
  isSettled(place: number): boolean {
    return (this.#held[0]?.place ?? Infinity) > place;
  }

  /** There are no more packets. */
  end(): void {
    while (this.#waiting.length > 0) this.#show();
  }

  /** Something was not decoded. */
  get hasAny(): boolean {
    return this.#newestMs.needless > -Infinity;
  }

  /** All that was decoded came out, and the last one is among it: whether that would have come out is not to be told else. */
  get isWhole(): boolean {
    return this.#held.length === 0 && this.#newestMs.needless < this.#newestMs.out;
  }

  /** The next of all pictures is shown, as a decoder would that is given everything (ITU-T H.264 §C.4). */
  #show(): void {
    const next = this.#waiting.reduce((first, each) => (isBefore(each, first) ? each : first));
    this.#waiting.splice(this.#waiting.indexOf(next), 1);
    const last = this.#shown;
    const sinceMs = next.timeMs - (last?.timeMs ?? 0);
    const isNext = !last || (isBefore(last, next) && sinceMs >= LEAST_MS);
    if (!isNext || Math.abs(sinceMs) > JUMP_MS || next.timeMs > this.#limitMs) this.isOdd = true;
    this.#shown = next;
  }

  #remember(slot: number, timeMs: number): void {
    const before = this.#earliest.get(slot);
    this.#earliest.delete(slot);
    this.#earliest.set(slot, Math.min(timeMs, before ?? Infinity));
    const [oldest] = this.#earliest.keys();
    if (this.#earliest.size > MOST_SLOTS && oldest !== undefined) this.#earliest.delete(oldest);
  }
}

const isBefore = (a: CodedPicture, b: CodedPicture): boolean =>
  a.sequence < b.sequence || (a.sequence === b.sequence && a.order < b.order);
