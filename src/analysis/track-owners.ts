import type { AnalysedParticipant } from './analysed-participant.js';

/** Tracks that are closed and still remembered; at the bound the one that closed first is forgotten. */
const MAX_CLOSED = 2000;
/** …and after this, ms: a process that hangs is ended within eight seconds. */
const REMEMBERED_MS = 60_000;

export type Owner = Pick<AnalysedParticipant, 'key' | 'who'>;

/**
 * Whose each track is. Closed ones are remembered for a while: of a process's end its owner hears some time after, and whoever
 * left or withdrew meanwhile may still have been the one whose media ended it.
 */
export class TrackOwners<T extends Owner> {
  readonly #open = new Map<number, T>();
  /** In the order in which they closed. */
  readonly #closed = new Map<number, Owner & { closedMs: number }>();
  readonly #clock: () => number;
  #next = 1;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** @returns the track's handle; none is ever used again */
  register(owner: T): number {
    this.#forget();
    const handle = this.#next++;
    this.#open.set(handle, owner);
    return handle;
  }

  release(handle: number): void {
    const owner = this.#open.get(handle);
    if (!owner) return;
    this.#open.delete(handle);
    this.#closed.set(handle, { key: owner.key, who: owner.who, closedMs: this.#clock() });
    this.#forget();
  }

  /** Of an open track. */
  of(handle: number): T | undefined {
    return this.#open.get(handle);
  }

  /** Also of a track that closed lately. */
  whose(handle: number): Owner | undefined {
    this.#forget();
    return this.#open.get(handle) ?? this.#closed.get(handle);
  }

  #forget(): void {
    const before = this.#clock() - REMEMBERED_MS;
    for (const [handle, { closedMs }] of this.#closed) {
      if (closedMs >= before && this.#closed.size <= MAX_CLOSED) return;
      this.#closed.delete(handle);
    }
  }
}
