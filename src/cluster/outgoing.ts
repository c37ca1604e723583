import type { Forgotten, InProcessBus } from '../events/in-process-bus.js';
import type { RoomCursor } from '../events/journal-cursor.js';
import type { JournalItem } from '../events/room-journal.js';

interface Lost {
  epoch: string;
  fromSeq: number;
  toSeq: number;
}

/** What of one room is not known to be stored. */
export interface Outgoing {
  readonly room: string;
  cursor: RoomCursor | undefined;
  /** Was read, and could not be sent yet. */
  next: JournalItem | undefined;
  /** What was sent last. */
  sent: { epoch: string; seq: number };
  /** The newest that was ever sent of `sent.epoch`. */
  highest: number;
  lost: Lost | undefined;
  inFlight: number;
  readonly inFlightOf: Map<string, number>;
  /** Those of them that are events, the first that was sent first. */
  readonly flying: Set<{ epoch: string; seq: number }>;
  readonly forgets: Map<string, Forgotten>;
  /** The first that failed: from there on all is sent again, when nothing is on its way any more. */
  failed: { epoch: string; seq: number } | undefined;
}

/** @param sent all up to there is known to be stored, or is not this process's to send */
export function outgoingOf(
  room: string,
  sent: { epoch: string; seq: number },
  bus: Pick<InProcessBus, 'cursor'>,
): Outgoing {
  return {
    ...{ room, sent, cursor: bus.cursor(room, { epoch: sent.epoch, sinceSeq: sent.seq }) },
    ...{ next: undefined, highest: sent.seq, lost: undefined, failed: undefined },
    ...{ inFlight: 0, inFlightOf: new Map(), flying: new Set(), forgets: new Map() },
  };
}
