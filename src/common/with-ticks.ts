import { Observable, type OperatorFunction } from 'rxjs';

export interface Tick {
  type: 'tick';
  /** Server wall clock, ms. */
  now: number;
}

/**
 * Ticks join in for as long as the source lives, and not a moment longer: `merge` of the two that ends with the first, in one
 * step, for every packet goes through it.
 */
export function withTicks<T>(tick$: Observable<number>): OperatorFunction<T, T | Tick> {
  return (source) =>
    new Observable<T | Tick>((subscriber) => {
      const error = (what: unknown) => subscriber.error(what);
      // The source first: one that has ended already is not joined by a tick.
      subscriber.add(
        source.subscribe({ next: (item) => subscriber.next(item), error, complete: () => subscriber.complete() }),
      );
      if (subscriber.closed) return;
      subscriber.add(tick$.subscribe({ next: (now) => subscriber.next({ type: 'tick', now }), error }));
    });
}
