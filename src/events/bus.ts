import type { RoomEvent } from './schema.js';

export interface Subscription {
  /** Names the room's numbering. */
  epoch: string;
  /** The newest sequence number of the room when the subscription began. */
  lastSeq: number;
  /** What was asked for (`sinceSeq`) but is no longer held; inclusive. */
  missed: { fromSeq: number; toSeq: number } | null;
  close(): void;
}

type WithoutSeq<T> = T extends RoomEvent ? Omit<T, 'seq' | 'epoch'> : never;
export type UnsequencedEvent = WithoutSeq<RoomEvent>;

/** What publishes and hands out a room's events. In process here; a NATS one may take its place. */
export interface EventBus {
  /** Gives the event the room's next `seq`, journals it and hands it to every subscriber, in order. */
  publish(event: UnsequencedEvent): RoomEvent;
  /** Replays what the journal holds after `sinceSeq` (if given), then live events. The listener must not throw or block. */
  subscribe(room: string, sinceSeq: number | undefined, listener: (event: RoomEvent) => void): Subscription;
  /** Frees the journal of a room nobody is in any more, after a while of grace. */
  closeRoom(room: string): void;
}
