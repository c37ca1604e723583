/**
 * The smallest value of the last `windowMs`, in constant memory: values are gathered in slots of a tenth of the window,
 * so an old minimum leaves at most a slot late.
 */
export class SlidingMinimum {
  static readonly #SLOTS = 10;
  readonly #slotMs: number;
  #slots: { index: number; value: number }[] = [];

  constructor(windowMs: number) {
    this.#slotMs = windowMs / SlidingMinimum.#SLOTS;
  }

  /** `at` should not go backwards; a value from before is put into the newest slot. */
  add(value: number, at: number): void {
    const index = Math.floor(at / this.#slotMs);
    const newest = this.#slots.at(-1);
    if (newest && newest.index >= index) newest.value = Math.min(newest.value, value);
    else this.#slots.push({ index, value });
    const oldest = (this.#slots.at(-1)?.index ?? 0) - SlidingMinimum.#SLOTS;
    while ((this.#slots[0]?.index ?? Infinity) <= oldest) this.#slots.shift();
  }

  /** Null before the first value. */
  get value(): number | null {
    let least: number | null = null;
    for (const slot of this.#slots) if (least === null || slot.value < least) least = slot.value;
    return least;
  }

  clear(): void {
    this.#slots = [];
  }
}
