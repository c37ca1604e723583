import type { Notification } from './protocol.js';

/** Whom words are told, in a room or subscribed to it. */
export interface WordReader {
  /** Words as they are written on the wire: the same for everybody. Dropped for whoever reads too slowly. */
  words(line: string): void;
  notify(notification: Notification): void;
}

/** Subscribers who may read the words of those in a room who show them. They need not be in it. */
export class WordReaders {
  readonly #rooms = new Map<string, Set<WordReader>>();

  of(room: string): Iterable<WordReader> {
    return this.#rooms.get(room) ?? [];
  }

  /** Rooms that somebody reads. */
  get names(): Iterable<string> {
    return this.#rooms.keys();
  }

  /** How many of them: for the tests of boundedness. */
  get rooms(): number {
    return this.#rooms.size;
  }

  /** @returns what ends it */
  add(room: string, reader: WordReader): () => void {
    const readers = this.#rooms.get(room) ?? new Set();
    this.#rooms.set(room, readers.add(reader));
    return () => {
      readers.delete(reader);
      if (readers.size === 0 && this.#rooms.get(room) === readers) this.#rooms.delete(room);
    };
  }
}
