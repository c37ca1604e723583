import type { ModelInput } from './types.js';

/** Crops kept of a person, the newest: two windows' at the highest rate, and as many again for a window that comes late. */
export const CROPS_KEPT = 16;
/** Windows kept of a person, the newest: one a second over the longest horizon of revisions (`wordsRevisionHorizon`). */
const WINDOWS_KEPT = 64;
/** Texts kept of a person. Mostly it is the text of the window before that comes again. */
const TEXTS_KEPT = 4;

/** A crop on its way: pixels, then an encoding in their place. */
export interface KeptCrop {
  readonly id: number;
  readonly owner: Person;
  pixels: Uint8Array;
  encoded: Float32Array | null;
  /** Settles when the engine is done with it, whether it succeeded or not; null when it does not have it. */
  encoding: Promise<void> | null;
  readonly atMs: number;
}

interface KeptWindow {
  face: Float32Array | null;
  voice: { encoded: Float32Array; heard: boolean } | null;
  atMs: number;
}

type Words = Pick<NonNullable<ModelInput['words']>, 'tokens' | 'meta'>;

/** What is kept of one person under one consent. Who withdraws is forgotten by forgetting this object. */
export class Person {
  readonly #crops = new Map<number, KeptCrop>();
  readonly #windows = new Map<number, KeptWindow>();
  readonly #texts: (Words & { encoded: Float32Array })[] = [];
  usedMs = 0;

  get crops(): Iterable<KeptCrop> {
    return this.#crops.values();
  }

  /** @returns the crops that had to go for it: the oldest, or one of the same number */
  addCrop(id: number, pixels: Uint8Array, now: number): { added: KeptCrop; gone: KeptCrop[] } {
    const gone: KeptCrop[] = [];
    const drop = (old: KeptCrop | undefined): void => {
      if (old && this.#crops.delete(old.id)) gone.push(old);
    };
    drop(this.#crops.get(id));
    const added: KeptCrop = { id, owner: this, pixels, encoded: null, encoding: null, atMs: now };
    this.#crops.set(id, added);
    while (this.#crops.size > CROPS_KEPT) drop(this.#crops.values().next().value);
    return { added, gone };
  }

  crop(id: number): KeptCrop | undefined {
    return this.#crops.get(id);
  }

  dropCrop(crop: KeptCrop): void {
    if (this.#crops.get(crop.id) === crop) this.#crops.delete(crop.id);
  }

  window(startMs: number): Readonly<KeptWindow> | undefined {
    return this.#windows.get(startMs);
  }

  /** Keeps what a window was judged by, for revisions of it. */
  keepWindow(startMs: number, kept: KeptWindow): void {
    this.#windows.delete(startMs);
    this.#windows.set(startMs, kept);
    if (this.#windows.size > WINDOWS_KEPT) this.#windows.delete(this.#windows.keys().next().value!);
  }

  /** The encoding of the very same words. */
  words({ tokens, meta }: Words): Float32Array | null {
    return this.#texts.find((text) => same(text.tokens, tokens) && same(text.meta, meta))?.encoded ?? null;
  }

  keepWords({ tokens, meta }: Words, encoded: Float32Array): void {
    // Its own copy: the tokens may be a part of the whole message in which the window came.
    this.#texts.push({ tokens: tokens.slice(), meta, encoded });
    if (this.#texts.length > TEXTS_KEPT) this.#texts.shift();
  }

  /** Forgets what was kept before a time. @returns the crops among it */
  expire(beforeMs: number): KeptCrop[] {
    const old = [...this.#crops.values()].filter(({ atMs }) => atMs < beforeMs);
    for (const { id } of old) this.#crops.delete(id);
    for (const [startMs, { atMs }] of this.#windows) if (atMs < beforeMs) this.#windows.delete(startMs);
    return old;
  }
}

/** What is kept of everybody. */
export class KeptEncodings {
  readonly #people = new Map<string, Person>();
  readonly #keepMs: number;
  #sweptMs = 0;

  /** @param keepMs how long anything is kept */
  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  /** People of whom anything is kept. */
  get size(): number {
    return this.#people.size;
  }

  of(room: string, participant: string, now: number): Person {
    const key = keyOf(room, participant);
    let person = this.#people.get(key);
    if (!person) this.#people.set(key, (person = new Person()));
    person.usedMs = now;
    return person;
  }

  /** @returns what was kept */
  forget(room: string, participant: string): Person | undefined {
    const key = keyOf(room, participant);
    const person = this.#people.get(key);
    this.#people.delete(key);
    return person;
  }

  /** Forgets what is too old to be of use. @returns the crops among it */
  sweep(now: number): KeptCrop[] {
    // Now and then is enough: nothing depends on the moment.
    if (now - this.#sweptMs < SWEEP_INTERVAL) return [];
    this.#sweptMs = now;
    const gone: KeptCrop[] = [];
    for (const [key, person] of this.#people) {
      gone.push(...person.expire(now - this.#keepMs));
      if (person.usedMs < now - this.#keepMs) this.#people.delete(key);
    }
    return gone;
  }
}

const SWEEP_INTERVAL = 1000;
export const keyOf = (room: string, participant: string): string => JSON.stringify([room, participant]);
const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};
