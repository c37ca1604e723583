import type { JournalCursor } from './bus.js';
import type { JournalItem, RoomJournal } from './room-journal.js';

/** Reads a journal and then the numbering after it. Looks its place up anew at every step, for the journal moves on under it. */
export class RoomCursor implements JournalCursor {
  #journal: RoomJournal;
  #seq: number;

  /** @param seq what was read before */
  constructor(journal: RoomJournal, seq: number) {
    this.#journal = journal;
    this.#seq = Math.min(seq, journal.lastSeq);
  }

  get behind(): boolean {
    for (let journal: RoomJournal | undefined = this.#journal, seq = this.#seq; journal; journal = journal.successor) {
      if (seq < journal.lastSeq) return true;
      seq = 0;
    }
    return false;
  }

  next(): JournalItem | undefined {
    for (;;) {
      const item = this.#journal.after(this.#seq);
      if (item) {
        this.#seq = 'event' in item ? item.event.seq : item.missed.toSeq;
        return item;
      }
      if (!this.#journal.successor) return undefined;
      this.#journal = this.#journal.successor;
      this.#seq = 0;
    }
  }
}
