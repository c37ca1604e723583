import { Observable, type OperatorFunction } from 'rxjs';
import { BoundedQueue } from '../common/bounded-queue.js';

export interface BoundedMapOptions<T> {
  /** Most items waiting; at the bound the oldest is dropped. */
  capacity: number;
  onDrop: (item: T) => void;
  /** `project` failed; the item is gone and the stream goes on. */
  onError: (error: unknown) => void;
}

/**
 * Maps one item at a time through a function that takes its time. Where `concatMap` would let a fast source pile up
 * without bound, the oldest waiting item is dropped here. Unsubscribing forgets what waits and ignores what is under way;
 * completion waits for it.
 */
export function boundedMap<T, R>(
  project: (item: T) => Promise<R>,
  options: BoundedMapOptions<T>,
): OperatorFunction<T, R> {
  return (source) =>
    new Observable<R>((subscriber) => {
      const waiting = new BoundedQueue<T>(options.capacity, options.onDrop);
      let busy = false;
      let ended = false;
      const run = async (): Promise<void> => {
        busy = true;
        while (waiting.size > 0 && !subscriber.closed) {
          try {
            const result = await project(waiting.shift() as T);
            subscriber.next(result);
          } catch (error) {
            options.onError(error);
          }
        }
        busy = false;
        if (ended) subscriber.complete();
      };
      subscriber.add(() => {
        waiting.clear();
      });
      subscriber.add(
        source.subscribe({
          next: (item) => {
            waiting.push(item);
            if (!busy) run().catch((error: unknown) => subscriber.error(error));
          },
          error: (error: unknown) => {
            subscriber.error(error);
          },
          complete: () => {
            ended = true;
            if (!busy) subscriber.complete();
          },
        }),
      );
    });
}
