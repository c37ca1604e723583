import { connect, endWith, ignoreElements, map, merge, type Observable, type OperatorFunction, takeUntil } from 'rxjs';

export interface Tick {
  type: 'tick';
  /** Server wall clock, ms. */
  now: number;
}

/** Ticks join in for as long as the source lives, and not a moment longer. */
export function withTicks<T>(tick$: Observable<number>): OperatorFunction<T, T | Tick> {
  return connect((input$: Observable<T>) => {
    const ended$ = input$.pipe(ignoreElements(), endWith(null));
    const time$ = tick$.pipe(
      map((now): Tick => ({ type: 'tick', now })),
      takeUntil(ended$),
    );
    return merge(input$, time$);
  });
}
