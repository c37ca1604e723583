/** So many ends of a process while somebody's media were handled, within so long, are not chance, ms. */
const TOO_OFTEN = 3;
const WITHIN_MS = 600_000;
/** People remembered; at the bound the one whose last crash is longest ago is forgotten. */
const MAX_PEOPLE = 1000;

export type Suspicion = 'none' | 'suspect' | 'set-aside';

/** Remembers whose media a process was handling when it ended. Pure: times are passed in. */
export class CrashLedger {
  readonly #crashes = new Map<string, number[]>();

  /** @param person a name that outlives a connection: room and participant */
  crashed(person: string, now: number): void {
    const times = [...this.#recent(person, now), now];
    // The newest last, so that the first is the one to forget.
    this.#crashes.delete(person);
    this.#crashes.set(person, times.slice(-TOO_OFTEN));
    if (this.#crashes.size > MAX_PEOPLE) this.#crashes.delete(this.#crashes.keys().next().value as string);
  }

  of(person: string, now: number): Suspicion {
    const count = this.#recent(person, now).length;
    if (count === 0) return 'none';
    return count < TOO_OFTEN ? 'suspect' : 'set-aside';
  }

  #recent(person: string, now: number): number[] {
    const recent = (this.#crashes.get(person) ?? []).filter((at) => now - at < WITHIN_MS);
    if (recent.length === 0) this.#crashes.delete(person);
    return recent;
  }
}
