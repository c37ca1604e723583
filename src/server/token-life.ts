import { callAt } from '../common/call-at.js';
import type { Clock } from '../common/clock.js';

/** How long before its end the bearer of a token is told, ms. */
const NOTICE_MS = 60_000;

export interface TokenLifeOptions {
  /** When the token ends, ms since the epoch. */
  expiresAtMs: number;
  /** How long a seat that was taken before is kept afterwards, ms. */
  graceMs: number;
  clock: Clock;
  /** The token ends in a minute; at once where less is left. */
  onExpiring: () => void;
  /** It has ended. */
  onExpired: () => void;
  /** What was kept for the grace ends too. */
  onGraceOver: () => void;
}

/** What becomes of a socket while the token that opened it grows old. */
export class TokenLife {
  readonly #options: TokenLifeOptions;
  #cancel: () => void;

  constructor(options: TokenLifeOptions) {
    this.#options = options;
    const { expiresAtMs, clock } = options;
    this.#cancel = callAt(expiresAtMs - NOTICE_MS, clock, () => {
      // What follows is planned first: the listener may close everything.
      this.#cancel = callAt(expiresAtMs, clock, () => this.#expire());
      if (!this.over) options.onExpiring();
    });
  }

  /** Whether the token has ended, to the instant: a request that comes before the timer's turn must not slip through. */
  get over(): boolean {
    return this.#options.clock() >= this.#options.expiresAtMs;
  }

  /** Until when a seat is kept. */
  get graceEndMs(): number {
    return this.#options.expiresAtMs + this.#options.graceMs;
  }

  stop(): void {
    this.#cancel();
  }

  #expire(): void {
    const { clock, onExpired, onGraceOver } = this.#options;
    this.#cancel = callAt(this.graceEndMs, clock, onGraceOver);
    onExpired();
  }
}
