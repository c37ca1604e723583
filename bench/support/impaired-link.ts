export interface Impairment {
  /** Share of packets lost, percent. */
  lossPercent?: number;
  /** Each packet is delayed by a random time up to this, ms: late ones are overtaken. */
  jitterMs?: number;
  /** Share of packets held back by another 25 ms, percent. */
  reorderPercent?: number;
  /** Constant delay, ms. */
  delayMs?: number;
  /** Until when nothing gets through, ms, at a time; what was sent meanwhile then comes at once. Default: never. */
  blockedUntil?: (now: number) => number;
}

const REORDER_MS = 25;

/** A link that loses, delays and reorders. Pure: `flush` gives out what is due. */
export class ImpairedLink {
  readonly #impairment: Impairment;
  readonly #random: () => number;
  readonly #deliver: (packet: Buffer) => void;
  /** In order of due time. */
  #waiting: { due: number; packet: Buffer }[] = [];
  lost = 0;
  sent = 0;

  constructor(impairment: Impairment, random: () => number, deliver: (packet: Buffer) => void) {
    this.#impairment = impairment;
    this.#random = random;
    this.#deliver = deliver;
  }

  send(packet: Buffer, now: number): void {
    const { lossPercent = 0, jitterMs = 0, reorderPercent = 0, delayMs = 0 } = this.#impairment;
    this.sent++;
    if (this.#random() * 100 < lossPercent) {
      this.lost++;
      return;
    }
    let due = now + delayMs + this.#random() * jitterMs;
    if (this.#random() * 100 < reorderPercent) due += REORDER_MS;
    due = Math.max(due, this.#impairment.blockedUntil?.(now) ?? now);
    if (due <= now) {
      this.#deliver(packet);
      return;
    }
    let at = this.#waiting.length;
    while (at > 0 && (this.#waiting[at - 1]?.due as number) > due) at--;
    this.#waiting.splice(at, 0, { due, packet });
  }

  flush(now: number): void {
    let count = 0;
    while (count < this.#waiting.length && (this.#waiting[count]?.due as number) <= now) count++;
    for (const { packet } of this.#waiting.splice(0, count)) this.#deliver(packet);
  }

  clear(): void {
    this.#waiting = [];
  }
}
