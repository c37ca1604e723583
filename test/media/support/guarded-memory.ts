const GUARD_BYTES = 4096;
const PATTERN = 0xa5;
const INTACT = Buffer.alloc(GUARD_BYTES, PATTERN);

/** Gives memory with a planted pattern before and behind it. */
export class GuardedMemory {
  readonly #given: { before: Buffer; behind: Buffer }[] = [];

  readonly allocate = (bytes: number): Uint8Array<ArrayBuffer> => {
    const whole = Buffer.alloc(bytes + 2 * GUARD_BYTES, PATTERN);
    this.#given.push({
      before: whole.subarray(0, GUARD_BYTES),
      behind: whole.subarray(GUARD_BYTES + bytes),
    });
    return new Uint8Array(whole.buffer, whole.byteOffset + GUARD_BYTES, bytes).fill(0);
  };

  /** Bytes of the guards that were written; looks at all that was given since the last time. */
  overwritten(): number {
    let count = 0;
    for (const { before, behind } of this.#given.splice(0)) {
      for (const guard of [before, behind]) {
        if (!guard.equals(INTACT)) count += guard.filter((byte) => byte !== PATTERN).length;
      }
    }
    return count;
  }
}
