/** Knows a codec well enough to say of a hole in the sequence whether anything needs what is missing. */
export interface Continuity<P> {
  /** The next packet in order; what is missing before it will not come any more. */
  follow(packet: P): void;
  /**
   * Between the last packet that was followed and this one so many are missing: nothing from this one on builds on them.
   * False if that is not sure.
   */
  needsNone(packet: P, missing: number): boolean;
  /** Another stream begins. */
  reset(): void;
}

/** For codecs of which each packet stands by itself: what is missing is a hole, and may yet come. */
export const ANY_MAY_BE_NEEDED: Continuity<unknown> = {
  follow: () => undefined,
  needsNone: () => false,
  reset: () => undefined,
};
