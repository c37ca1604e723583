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

  /** How many events there are to read. */
  get left(): number {
    let left = this.#journal.heldAfter(this.#seq);
    for (let journal = this.#journal.successor; journal; journal = journal.successor) left += journal.size;
    return left;
  }

  next(): JournalItem | undefined {
    for (;;) {
      const item = this.#journal.after(this.#seq);
      if (item) {
        this.#seq = 'event' in item ? item.event.seq : (item.missed.toSeq ?? this.#journal.lastSeq);
        return item;
      }
      const { epoch, lastSeq, own, successor } = this.#journal;
      if (!successor) return undefined;
      this.#journal = successor;
      this.#seq = 0;
      // Another node may have numbered more than it could send on.
      if (!own && lastSeq > 0) return { missed: { epoch, fromSeq: lastSeq + 1, toSeq: null, reason: 'other-epoch' } };
    }
  }
}
