import { type Observable, type OperatorFunction, withLatestFrom } from 'rxjs';
import { flatten } from '../../common/flatten.js';
import type { Meter } from '../../common/metrics.js';
import type { TimedWords } from '../../streams/index.js';
import type { ConsentTerms, RecognisedWords } from '../messages.js';

/**
 * Recognised words that leave the process as words: only while their owner shows them to the room, and of what was said since they
 * do. What was said before is counted; of whoever shows nothing, nothing was to be told.
 */
export function shownWords(
  terms$: Observable<Pick<ConsentTerms, 'showing'>>,
  meter: Meter,
): OperatorFunction<TimedWords, RecognisedWords> {
  return (word$) =>
    word$.pipe(
      withLatestFrom(terms$),
      flatten(([words, { showing }]) => {
        if (!showing) return [];
        if (words.startMs > showing.sinceMs) return [{ type: 'words' as const, words, term: showing.term }];
        meter.count('emostream_dropped_total', { stage: 'words', reason: 'before-shown' });
        return [];
      }),
    );
}
