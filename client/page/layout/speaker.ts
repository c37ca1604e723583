/** Loudness, 0 (silence) … 1 (full scale), as `RTCRtpContributingSource.audioLevel` has it; quieter is no speech. */
const SPEECH_LEVEL = 0.02;
/** Whoever speaks keeps the word through pauses so long, ms. */
const HOLD_MS = 1500;
/** Nobody takes the word by a cough: it has to last, ms. */
const TAKE_MS = 600;

/** Who speaks, by how loud everybody is. Pure: levels and times come in. */
export class ActiveSpeaker {
  readonly #sinceMs = new Map<string, number>();
  readonly #loudMs = new Map<string, number>();
  #current: string | null = null;

  /** When each was loud last, ms. */
  get spokeMs(): ReadonlyMap<string, number> {
    return this.#loudMs;
  }

  /** @returns whoever has the word; null: nobody spoke for a while */
  hear(levels: ReadonlyMap<string, number>, nowMs: number): string | null {
    for (const id of [...this.#loudMs.keys()]) if (!levels.has(id)) this.#forget(id);
    let loudest: string | null = null;
    for (const [id, level] of levels) {
      // Of whom nothing is known, nothing is heard.
      if (!(level >= SPEECH_LEVEL)) {
        if (nowMs - (this.#loudMs.get(id) ?? 0) > TAKE_MS) this.#sinceMs.delete(id);
        continue;
      }
      this.#loudMs.set(id, nowMs);
      if (!this.#sinceMs.has(id)) this.#sinceMs.set(id, nowMs);
      const lasted = nowMs - (this.#sinceMs.get(id) ?? nowMs) >= TAKE_MS;
      if (lasted && (loudest === null || level > (levels.get(loudest) ?? 0))) loudest = id;
    }
    const silentMs = this.#current === null ? Infinity : nowMs - (this.#loudMs.get(this.#current) ?? -Infinity);
    // Two at once: whoever began keeps it until they pause.
    if (loudest !== null && (silentMs > TAKE_MS || this.#current === null)) this.#current = loudest;
    else if (silentMs > HOLD_MS) this.#current = null;
    return this.#current;
  }

  #forget(id: string): void {
    this.#sinceMs.delete(id);
    this.#loudMs.delete(id);
    if (this.#current === id) this.#current = null;
  }
}
