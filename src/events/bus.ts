import type { Consent } from '../common/consent.js';
import type { EventRecord } from './event-record.js';
import type { JournalItem, MissedRun } from './room-journal.js';
import type { RoomEvent } from './schema.js';

type WithoutSeq<T> = T extends RoomEvent ? Omit<T, 'seq' | 'epoch'> : never;
export type UnsequencedEvent = WithoutSeq<RoomEvent>;

export interface Person {
  room: string;
  participant: string;
}

/** Where a subscriber stopped: the number, and the numbering that it is of, where they know it. */
export interface ResumePoint {
  sinceSeq: number;
  epoch?: string | undefined;
}

/** Reads a room's journal one event at a time, so that the past costs a reader's memory nothing and may be read slowly. */
export interface JournalCursor {
  /** There is more to read. */
  readonly behind: boolean;
  /** The next event, or a run of events that will not come; undefined when everything was read. */
  next(): JournalItem | undefined;
}

export interface Resumed {
  /** What comes before live events. */
  cursor: JournalCursor;
  /** The numbering that was asked for has ended, nobody knows where: from `fromSeq` on nothing of it will come. */
  ended: { epoch: string; fromSeq: number } | null;
}

export interface Subscription {
  /** Names the room's numbering when the subscription began; events name their own. */
  readonly epoch: string;
  /** The newest sequence number of the room when the subscription began. */
  readonly lastSeq: number;
  /** The same of the numbering that a resume point is of, if anything of it is held: reading begins there. */
  numbering(from: ResumePoint | undefined): { epoch: string; lastSeq: number };
  /**
   * Reads the journal after the resume point, or after `lastSeq`; events published while it is read come to it too. All that
   * is held where the resume point is of another numbering.
   */
  read(from?: ResumePoint): Resumed;
  close(): void;
}

/** Numbers, keeps and hands out a room's events. In process here; a NATS one may take its place. */
export interface EventBus {
  /** Gives the event the room's next `seq`, journals it and hands it to every subscriber, in order. */
  publish(event: UnsequencedEvent): RoomEvent;
  /**
   * Events published from now on. The functions must not throw or block.
   * @param onForgotten the journal forgot these: where one of them still waits to be sent, it must not be
   * @param onMissed numbers of another node that will not come
   */
  subscribe(
    room: string,
    listener: (event: RoomEvent) => void,
    onForgotten?: (isForgotten: (event: EventRecord) => boolean) => void,
    onMissed?: (run: MissedRun) => void,
  ): Subscription;
  /** Resolves when as much of the room is known here as can be: to be awaited before a subscription where rooms live on many nodes. */
  ready(room: string): Promise<void>;
  /** How many events the journal holds after a resume point: what it costs to read them. */
  held(room: string, from: ResumePoint): number;
  /** Somebody takes a seat: what is held of them for their return stays, as long as their consent does. */
  enter(person: Person): void;
  /** What of them may be analysed from now on. At a withdrawal everything measured of them is forgotten. */
  consent(person: Person, consent: Consent): void;
  /**
   * They lost or left their seat: all that is about them is forgotten but the last `end`.
   * @param mayReturn not at once, but when they have not come back for a while
   */
  leave(person: Person, mayReturn: boolean): void;
}
