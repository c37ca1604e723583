export interface Impairment {
  /** Share of packets lost, percent. */
  lossPercent?: number;
  /** Each packet is delayed by a random time up to this, ms: late ones are overtaken. */
  jitterMs?: number;
  /** Share of packets held back by another 25 ms, percent. */
  reorderPercent?: number;
  /** Share of packets that come a second time, within 25 ms, percent. */
  duplicatePercent?: number;
  /** Constant delay, ms. */
  delayMs?: number;
  /** Until when nothing gets through, ms, at a time; what was sent meanwhile then comes at once. Default: never. */
  blockedUntil?: (now: number) => number;
  /** Nothing that is sent at this time gets through, ever. Default: never. */
  isOut?: (now: number) => boolean;
}

const REORDER_MS = 25;

/** A link that loses, delays, reorders and doubles. Pure: `flush` gives out what is due. */
export class ImpairedLink {
  /** May change while it is used; what waits keeps the time that it was given. */
  impairment: Impairment;
  readonly #random: () => number;
  readonly #deliver: (packet: Buffer) => void;
  /** In order of due time. */
  #waiting: { due: number; packet: Buffer }[] = [];
  lost = 0;
  sent = 0;

  constructor(impairment: Impairment, random: () => number, deliver: (packet: Buffer) => void) {
    this.impairment = impairment;
    this.#random = random;
    this.#deliver = deliver;
  }

  send(packet: Buffer, now: number): void {
    const { lossPercent = 0, reorderPercent = 0, duplicatePercent = 0, isOut } = this.impairment;
    this.sent++;
    if (this.#random() * 100 < lossPercent || isOut?.(now)) {
      this.lost++;
      return;
    }
    const isLate = this.#random() * 100 < reorderPercent;
    this.#carry(packet, now, isLate ? REORDER_MS : 0);
    if (duplicatePercent > 0 && this.#random() * 100 < duplicatePercent) {
      this.#carry(packet, now, this.#random() * REORDER_MS);
    }
  }

  flush(now: number): void {
    let count = 0;
    while (count < this.#waiting.length && (this.#waiting[count]?.due as number) <= now) count++;
    for (const { packet } of this.#waiting.splice(0, count)) this.#deliver(packet);
  }

  clear(): void {
    this.#waiting = [];
  }

  #carry(packet: Buffer, now: number, laterMs: number): void {
    const { jitterMs = 0, delayMs = 0, blockedUntil } = this.impairment;
    const due = Math.max(now + delayMs + this.#random() * jitterMs + laterMs, blockedUntil?.(now) ?? now);
    if (due <= now) {
      this.#deliver(packet);
      return;
    }
    let at = this.#waiting.length;
    while (at > 0 && (this.#waiting[at - 1]?.due as number) > due) at--;
    this.#waiting.splice(at, 0, { due, packet });
  }
}
