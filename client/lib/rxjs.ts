import { Observable } from 'rxjs';
import { EmotionFeed, type FeedOptions } from './feed.js';
import { type FeedItem, followFeed } from './feed-items.js';
import type { ResumePoint } from './sequence.js';

/**
 * The events of a room, and what will not come. Cold: each subscription has a connection of its own, which ends with it.
 * @param from resume after this event
 */
export function feed$(options: FeedOptions, from?: ResumePoint): Observable<FeedItem> {
  return new Observable((subscriber) =>
    followFeed(new EmotionFeed(options), from, {
      item: (item) => subscriber.next(item),
      ended: (error) => (error ? subscriber.error(error) : subscriber.complete()),
    }),
  );
}
