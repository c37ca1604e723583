/** Two free-running clocks part by at most so much: quartz is within ±100 ppm, and both are (ms per ms). */
const DRIFT = 0.00025;
const SLOTS = 10;

/**
 * The fastest trip of late: the least of (arrival − sender's time), in constant memory. Values are gathered in slots of a tenth
 * of the window, so an old minimum leaves at most a slot late.
 *
 * The window is one of *evidence*, not of time: it moves on only while packets come in at the pace at which they were made. In
 * a silence nothing is learned, and a burst of packets that a road held back says less about the road than one of them. An old
 * minimum grows with the time that the clocks may have drifted since.
 */
export class ArrivalFloor {
  readonly #slotMs: number;
  #slots: { index: number; value: number; at: number }[] = [];

  constructor(windowMs: number) {
    this.#slotMs = windowMs / SLOTS;
  }

  /**
   * @param value arrival − sender's time, ms
   * @param evidenceMs how far the evidence has come; a value from before is put into the newest slot
   * @param at when it arrived, ms
   */
  add(value: number, evidenceMs: number, at: number): void {
    const index = Math.floor(evidenceMs / this.#slotMs);
    const newest = this.#slots.at(-1);
    if (!newest || newest.index < index) this.#slots.push({ index, value, at });
    else if (value < aged(newest, at)) Object.assign(newest, { value, at });
    const oldest = (this.#slots.at(-1)?.index ?? 0) - SLOTS;
    while ((this.#slots[0]?.index ?? Infinity) <= oldest) this.#slots.shift();
  }

  /** Null before the first value. @param now server wall clock, ms */
  at(now: number): number | null {
    let least: number | null = null;
    for (const slot of this.#slots) {
      const value = aged(slot, now);
      if (least === null || value < least) least = value;
    }
    return least;
  }

  clear(): void {
    this.#slots = [];
  }
}

const aged = (slot: { value: number; at: number }, now: number) => slot.value + DRIFT * Math.max(0, now - slot.at);
