import { Observable, type OperatorFunction } from 'rxjs';

/**
 * The items for which `allows` holds beside the newest value of a state; none before there is one. `withLatestFrom` and `filter`
 * in one step, without a pair made for every item.
 */
export function filterBy<T, S>(state$: Observable<S>, allows: (item: T, state: S) => boolean): OperatorFunction<T, T> {
  return (source) =>
    new Observable<T>((subscriber) => {
      let state: { value: S } | null = null;
      subscriber.add(
        state$.subscribe({ next: (value) => (state = { value }), error: (error: unknown) => subscriber.error(error) }),
      );
      subscriber.add(
        source.subscribe({
          next: (item) => {
            let allowed: boolean;
            try {
              allowed = state !== null && allows(item, state.value);
            } catch (error) {
              subscriber.error(error);
              return;
            }
            if (allowed) subscriber.next(item);
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      );
    });
}
