/** What one socket has unsent, as part of what its address has. */
export interface UnsentShare {
  /** The socket has so many bytes unsent now. @returns its address has more than it may */
  update(bytes: number): boolean;
  release(): void;
}

/**
 * Bytes not yet sent, by address: many sockets that read slowly, each within its own bound, must not fill memory together.
 */
export class UnsentBytes {
  readonly #maxPerAddress: number;
  /** An address that has none has no entry. */
  readonly #held = new Map<string, number>();

  constructor(maxPerAddress: number) {
    this.#maxPerAddress = maxPerAddress;
  }

  of(address: string): number {
    return this.#held.get(address) ?? 0;
  }

  share(address: string): UnsentShare {
    let own = 0;
    let released = false;
    const update = (bytes: number): boolean => {
      if (released) return false;
      const total = this.of(address) + bytes - own;
      own = bytes;
      if (total > 0) this.#held.set(address, total);
      else this.#held.delete(address);
      return total > this.#maxPerAddress;
    };
    const release = (): void => {
      update(0);
      released = true;
    };
    return { update, release };
  }
}
