import type { Clock } from '../common/clock.js';
import { type Agreement, bothAgreements } from '../common/consent.js';
import type { Meter } from '../common/metrics.js';
import type { Identity } from './tokens.js';

interface Said {
  agreement: Agreement;
  atMs: number;
}

/** People of whom it is remembered; past it the one who spoke first is forgotten. */
const MAX_ENTRIES = 10_000;

/**
 * What people said of their consent last at doors where nobody is asked. A sender that loses its connection comes back by itself, and
 * declares again what its token or its settings said from the first: that must not undo what the person has withdrawn meanwhile.
 */
export class Withdrawals {
  readonly #deps: { clock: Clock; meter: Meter };
  readonly #said = new Map<string, Said>();

  constructor(deps: { clock: Clock; meter: Meter }) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#said.size;
  }

  /** A person took something back, or gave it again. */
  said(room: string, participant: string, agreement: Agreement): void {
    const { clock, meter } = this.#deps;
    const key = keyOf(room, participant);
    this.#said.delete(key);
    this.#said.set(key, { agreement, atMs: clock() });
    if (this.#said.size <= MAX_ENTRIES) return;
    const [oldest] = this.#said.keys();
    if (oldest !== undefined) this.#said.delete(oldest);
    meter.count('emostream_dropped_total', { stage: 'consent', reason: 'overflow' });
  }

  /** What still counts of a declaration: with a token that was made before the person spoke, no more than what they said then. */
  standing(room: string, participant: string, { issuedAtMs }: Identity, declared: Agreement): Agreement {
    const said = this.#said.get(keyOf(room, participant));
    if (!said || (issuedAtMs !== undefined && issuedAtMs > said.atMs)) return declared;
    return bothAgreements(declared, said.agreement);
  }
}

/** Ids of rooms have no space. */
const keyOf = (room: string, participant: string): string => `${room} ${participant}`;
