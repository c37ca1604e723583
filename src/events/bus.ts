import type { RoomEvent } from './schema.js';

/** Events that a reader asked for and will not get; both numbers are inclusive. */
export interface MissedEvents {
  fromSeq: number;
  toSeq: number;
  reason: 'expired' | 'forgotten';
}

/** Reads a room's journal one event at a time, so that the past costs a reader's memory nothing and may be read slowly. */
export interface JournalCursor {
  /** There is more to read. */
  readonly behind: boolean;
  /** The next event, or a run of events that is not held any more; undefined when everything was read. */
  next(): { event: RoomEvent } | { missed: MissedEvents } | undefined;
}

export interface Subscription {
  /** Names the room's numbering. */
  epoch: string;
  /** The newest sequence number of the room when the subscription began. */
  lastSeq: number;
  /** Reads the journal after `seq`; events published while it is read come to it too. */
  read(seq: number): JournalCursor;
  close(): void;
}

type WithoutSeq<T> = T extends RoomEvent ? Omit<T, 'seq' | 'epoch'> : never;
export type UnsequencedEvent = WithoutSeq<RoomEvent>;

/** What publishes and hands out a room's events. In process here; a NATS one may take its place. */
export interface EventBus {
  /** Gives the event the room's next `seq`, journals it and hands it to every subscriber, in order. */
  publish(event: UnsequencedEvent): RoomEvent;
  /** Events published from now on. The listener must not throw or block. */
  subscribe(room: string, listener: (event: RoomEvent) => void): Subscription;
  /** How many events the journal holds after `seq`: what it costs to read them. */
  held(room: string, seq: number): number;
  /** Frees the journal of a room nobody is in any more, after a while of grace. */
  closeRoom(room: string): void;
}
