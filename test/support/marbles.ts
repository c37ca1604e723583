import { TestScheduler, type RunHelpers } from 'rxjs/testing';
import { expect } from 'vitest';

export interface Marbles extends RunHelpers {
  /** Virtual time, ms. */
  now(): number;
  /** Does things on the same line of time: each letter of the diagram names one. */
  act(diagram: string, actions: Record<string, () => void>): void;
}

/** Runs a test by marble diagrams in virtual time: a dash is a millisecond. */
export function marbles(test: (helpers: Marbles) => void): void {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run((helpers) => {
    const act: Marbles['act'] = (diagram, actions) => {
      helpers.cold(diagram).subscribe((name) => actions[name]!());
    };
    test({ ...helpers, now: () => scheduler.now(), act });
  });
}
