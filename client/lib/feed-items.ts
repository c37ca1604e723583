import type { RoomEvent } from '../../src/events/schema.js';
import { ClientError } from './errors.js';
import type { FeedEvents } from './feed-events.js';
import type { Missed, ResumePoint } from './sequence.js';

/** What a feed brings, in order: events, and what will not come. */
export type FeedItem = RoomEvent | ({ type: 'missed' } & Missed);

/** What is read of a feed. */
export interface Feed {
  on<K extends keyof FeedEvents>(event: K, listener: (value: FeedEvents[K]) => void): () => void;
  start(from?: ResumePoint): Promise<unknown>;
  close(): void;
}

/** Items that wait for a slow loop; at the bound the oldest go, and are told as missed. */
const MAX_WAITING = 2000;

/** @returns what ends it; the feed is closed then */
export function followFeed(
  feed: Feed,
  from: ResumePoint | undefined,
  told: { item(item: FeedItem): void; ended(error: ClientError | null): void },
): () => void {
  const stops = [
    feed.on('event', (event) => told.item(event)),
    feed.on('missed', (missed) => told.item({ type: 'missed', ...missed })),
    feed.on('status', (status) => {
      if (status.state === 'closed') told.ended(status.error);
    }),
  ];
  feed.start(from).catch((error: unknown) => {
    told.ended(error instanceof ClientError ? error : new ClientError('INTERNAL', String(error), { cause: error }));
  });
  return () => {
    for (const stop of stops) stop();
    feed.close();
  };
}

/**
 * Starts a feed and yields what it brings, until it is closed.
 * @param from resume after this event
 * @throws ClientError when it cannot be started or ends for good
 */
export async function* readFeed(feed: Feed, from?: ResumePoint): AsyncGenerator<FeedItem, void, undefined> {
  const waiting: FeedItem[] = [];
  let end: { error: ClientError | null } | undefined;
  let wake: () => void = () => undefined;
  const stop = followFeed(feed, from, {
    item: (item) => {
      waiting.push(item);
      if (waiting.length > MAX_WAITING) dropOldest(waiting);
      wake();
    },
    // The first reason counts: a start that fails closes the feed, too.
    ended: (error) => {
      end = { error: end?.error ?? error };
      wake();
    },
  });
  try {
    for (;;) {
      const item = waiting.shift();
      if (item) yield item;
      else if (end) {
        if (end.error) throw end.error;
        return;
      } else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    stop();
  }
}

/** The oldest two become one `missed`, which grows as more go. */
function dropOldest(waiting: FeedItem[]): void {
  const [first, second] = waiting.splice(0, 2);
  if (!first || !second) return;
  const missed = (toSeq: number | null): FeedItem => ({
    type: 'missed',
    room: first.room ?? '',
    epoch: first.epoch,
    fromSeq: 'fromSeq' in first ? first.fromSeq : first.seq,
    toSeq,
    reason: 'slow-subscriber',
  });
  const last = 'seq' in second ? second.seq : second.toSeq;
  if (first.epoch === second.epoch) waiting.unshift(missed(last));
  // Of another numbering: what is left out of the one before has no end that is known.
  else waiting.unshift(missed(null), second);
}
