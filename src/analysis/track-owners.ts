import type { AnalysedParticipant } from './analysed-participant.js';

/** Tracks that are closed and still remembered; at the bound the one that closed first is forgotten. */
const MAX_CLOSED = 2000;

export type Owner = Pick<AnalysedParticipant, 'key' | 'who'>;

/**
 * Whose each track is. Closed ones are remembered for a while: of a process's end its owner hears some time after, and whoever
 * left or withdrew meanwhile may still have been the one whose media ended it.
 */
export class TrackOwners<T extends Owner> {
  readonly #open = new Map<number, T>();
  readonly #closed = new Map<number, Owner>();
  #next = 1;

  /** @returns the track's handle; none is ever used again */
  register(owner: T): number {
    const handle = this.#next++;
    this.#open.set(handle, owner);
    return handle;
  }

  release(handle: number): void {
    const owner = this.#open.get(handle);
    if (!owner) return;
    this.#open.delete(handle);
    this.#closed.set(handle, { key: owner.key, who: owner.who });
    if (this.#closed.size > MAX_CLOSED) this.#closed.delete(this.#closed.keys().next().value as number);
  }

  /** Of an open track. */
  of(handle: number): T | undefined {
    return this.#open.get(handle);
  }

  /** Also of a track that closed lately. */
  whose(handle: number): Owner | undefined {
    return this.#open.get(handle) ?? this.#closed.get(handle);
  }
}
