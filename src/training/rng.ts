/** Something drawn from step by step, whose place in its sequence a checkpoint keeps. */
export interface Replayable {
  position(): Int32Array;
  goTo(position: Int32Array): void;
}

/**
 * Everything random of one training run, in the order it was made: all that was forked off one seed. The same program with the
 * same options makes the same members, so their positions alone bring an interrupted run back to where it was.
 */
export class RandomRun {
  readonly #members: Replayable[] = [];
  #open = true;

  add(member: Replayable): void {
    if (this.#open) this.#members.push(member);
  }

  /** From here on training runs: what is forked now lives for a step only and is not kept. */
  close(): void {
    this.#open = false;
  }

  positions(): Int32Array[] {
    return this.#members.map((member) => member.position());
  }

  /** @returns false, and moves nothing, where the positions are of another run: other members, or of other sizes */
  goTo(positions: readonly Int32Array[]): boolean {
    const now = this.positions();
    if (now.length !== positions.length || now.some((own, i) => own.length !== positions[i]!.length)) return false;
    this.#members.forEach((member, i) => member.goTo(positions[i]!));
    return true;
  }
}

/** A seeded generator of numbers in [0, 1): mulberry32 (Ettinger 2017), 2³² states; enough for shuffling and augmentation. */
export class Rng implements Replayable {
  readonly run: RandomRun;
  #state: number;

  /** @param run what a fork belongs to; a generator made of a seed begins one of its own */
  constructor(seed: number, run = new RandomRun()) {
    this.#state = seed >>> 0;
    this.run = run;
    run.add(this);
  }

  position(): Int32Array {
    return Int32Array.of(this.#state);
  }

  goTo(position: Int32Array): void {
    this.#state = position[0]! >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Uniform integer in [0, below). */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** Standard normal (Box and Muller 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return radius * Math.cos(2 * Math.PI * this.next());
  }

  /** Fisher–Yates, in place. */
  shuffle<T extends { length: number; [index: number]: number }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const held = items[i]!;
      items[i] = items[j]!;
      items[j] = held;
    }
    return items;
  }

  fork(): Rng {
    return new Rng(Math.floor(this.next() * 4294967296), this.run);
  }
}
