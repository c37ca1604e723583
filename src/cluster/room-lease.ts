import type { LeaseAnswer, LeaseAsk, LeaseHolder, LeaseTimes } from './lease-store.js';

/**
 * - `asking`: who holds the room is not known yet, or it is being given away
 * - `sure`: this node holds it, and nobody else can before that ends
 * - `unsure`: it held it, wants it, and could not renew in time: somebody else may hold it by now
 * - `elsewhere`: another node holds it, or was given it
 * - `free`: given up
 */
export type LeaseState = 'asking' | 'sure' | 'unsure' | 'elsewhere' | 'free';

type Wish = { type: 'hold' } | { type: 'give'; to: LeaseHolder; onlyNew: boolean } | { type: 'free' };

/**
 * One node's view of one room's lease. Pure: the caller has a clock that never goes back (this machine's, not the wall's), carries each
 * ask to the store, one at a time, and brings the answer.
 *
 * How two nodes never are sure at once (C. Gray, D. Cheriton: Leases, SOSP 1989, section 2): the store keeps an entry for `ttlMs` from
 * when it wrote it, which is after the holder sent it; the holder counts from when it sent. Whoever claims must find no entry, or one in
 * its own name.
 */
export class RoomLease {
  readonly #self: LeaseHolder;
  readonly #times: LeaseTimes;
  #wish: Wish = { type: 'hold' };
  #sureUntilMs = -Infinity;
  /** It was held once: what is not sure any more is unsure. */
  #held = false;
  #term: number | undefined;
  /** Of our newest writing that was answered or read. */
  #revision: number | undefined;
  /** What is to be asked next is not what it holds: who does. */
  #lookFirst = true;
  #holder: LeaseHolder | undefined;
  #freed = false;
  #askAtMs = -Infinity;
  #asked: { ask: LeaseAsk; atMs: number } | undefined;

  constructor(self: LeaseHolder, times: LeaseTimes) {
    this.#self = self;
    this.#times = times;
  }

  state(nowMs: number): LeaseState {
    if (this.#freed) return 'free';
    if (this.#holder) return 'elsewhere';
    if (this.#wish.type === 'hold' && nowMs < this.#sureUntilMs) return 'sure';
    return this.#held && this.#wish.type === 'hold' ? 'unsure' : 'asking';
  }

  /** Who holds it, where that is `elsewhere`. */
  get holder(): LeaseHolder | undefined {
    return this.#holder;
  }

  /** The number of its claim, larger than that of any claim before; undefined before it ever was this node's. */
  get term(): number | undefined {
    return this.#term;
  }

  /** Until when this node is sure of it, ms; before ever: -Infinity. */
  get sureUntilMs(): number {
    return this.#sureUntilMs;
  }

  /** Where nobody holds it, another node shall. To be called before anything is asked. */
  prefer(holder: LeaseHolder): void {
    if (holder.node !== this.#self.node) this.#wish = { type: 'give', to: holder, onlyNew: true };
  }

  /** From now on it is another node's, whatever the store answers: this one is not sure of it any more. */
  giveTo(holder: LeaseHolder): void {
    this.#wish = { type: 'give', to: holder, onlyNew: false };
    this.#sureUntilMs = -Infinity;
    this.#askAtMs = -Infinity;
  }

  /** It is wanted after all. */
  hold(): void {
    this.#wish = { type: 'hold' };
    this.#askAtMs = -Infinity;
  }

  /** From now on it is anybody's. */
  free(): void {
    this.#wish = { type: 'free' };
    this.#sureUntilMs = -Infinity;
    this.#askAtMs = -Infinity;
  }

  /** What is to be asked of the store now; undefined: nothing, or an answer is waited for. */
  next(nowMs: number): LeaseAsk | undefined {
    if (this.#asked || this.#freed || this.#holder || nowMs < this.#askAtMs) return undefined;
    const ask = this.#ask();
    if (ask) this.#asked = { ask, atMs: nowMs };
    return ask;
  }

  answered(answer: LeaseAnswer, nowMs: number): void {
    const asked = this.#asked;
    if (!asked) return;
    this.#asked = undefined;
    this.#askAtMs = nowMs;
    switch (answer.type) {
      case 'unreachable':
        this.#askAtMs = nowMs + this.#times.retryMs;
        return;
      case 'conflict':
        // Another node's writing, or one of ours whose answer was lost.
        this.#revision = undefined;
        this.#lookFirst = true;
        return;
      case 'none':
        this.#revision = undefined;
        this.#lookFirst = false;
        if (asked.ask.type === 'delete') this.#freed = true;
        return;
      case 'entry':
        return this.#found(answer.holder, answer.revision);
      case 'written':
        return this.#written(asked.ask, asked.atMs, answer.revision);
    }
  }

  #ask(): LeaseAsk | undefined {
    const wish = this.#wish;
    if (wish.type === 'free') {
      // What it does not know to be its own it leaves to time.
      if (this.#revision !== undefined) return { type: 'delete', revision: this.#revision };
      this.#freed = true;
      return undefined;
    }
    if (this.#lookFirst) return { type: 'read' };
    const holder = wish.type === 'give' ? wish.to : this.#self;
    return this.#revision === undefined
      ? { type: 'create', holder, ...(this.#held && { again: true }) }
      : { type: 'update', holder, revision: this.#revision };
  }

  #found(holder: LeaseHolder, revision: number): void {
    if (holder.node !== this.#self.node) {
      this.#holder = holder;
      this.#sureUntilMs = -Infinity;
      return;
    }
    if (this.#wish.type === 'give' && this.#wish.onlyNew) this.#wish = { type: 'hold' };
    // Ours, by a writing of we do not know when, or another node gave it to us: sure only when it is written once more.
    this.#revision = revision;
    this.#lookFirst = false;
  }

  #written(ask: LeaseAsk, sentMs: number, revision: number): void {
    if (ask.type !== 'create' && ask.type !== 'update') return;
    this.#lookFirst = false;
    this.#revision = revision;
    if (ask.holder.node !== this.#self.node) {
      this.#holder = ask.holder;
      return;
    }
    // The store numbers its writings: the first of ours after somebody else's, or after nobody's, is a claim.
    if (ask.type === 'create' || !this.#held) this.#term = revision;
    this.#held = true;
    const { ttlMs, marginMs, renewMs } = this.#times;
    if (this.#wish.type !== 'hold') return;
    this.#sureUntilMs = sentMs + ttlMs - marginMs;
    this.#askAtMs = sentMs + renewMs;
  }
}
