import { catchError, distinctUntilChanged, EMPTY, map, Observable, type OperatorFunction, switchMap } from 'rxjs';
import type { Clock } from '../../common/clock.js';
import { toEmostreamError } from '../../common/errors.js';
import type { Meter } from '../../common/metrics.js';
import type { HeardSound } from '../../speech/index.js';
import type { TimedWords, Transcriber, TranscriberFactory } from '../../streams/index.js';
import type { ConsentTerms } from '../messages.js';
import { capturedSince } from './consent-operators.js';

export interface SpeechEnv {
  /** Null: words are not recognised here. */
  transcriber: TranscriberFactory | null;
  meter: Meter;
  clock: Clock;
}

/**
 * Sound → the words that are said in it, late as they come. A recogniser exists exactly while its owner consents to both voice and
 * words. One that fails is not started again before consent is given anew: the participant goes on without server-side words.
 */
export function recogniseSpeech(
  terms$: Observable<ConsentTerms>,
  { transcriber, meter, clock }: SpeechEnv,
): OperatorFunction<HeardSound, TimedWords> {
  return (sound$) =>
    transcriber === null
      ? EMPTY
      : terms$.pipe(
          map(({ consent }) => consent.voice && consent.words),
          distinctUntilChanged(),
          switchMap((wanted) =>
            wanted
              ? sound$.pipe(
                  // A sentence that was begun before consent is heard from then on.
                  capturedSince(terms$, 'words', ({ mediaTime }) => mediaTime, meter),
                  transcribe(transcriber, meter, clock),
                )
              : EMPTY,
          ),
        );
}

function transcribe(factory: TranscriberFactory, meter: Meter, clock: Clock): OperatorFunction<HeardSound, TimedWords> {
  return (sound$) =>
    new Observable<TimedWords>((words) => {
      const transcriber: Transcriber = factory({
        onWords: (segment) => {
          // A recogniser that gives words after it was closed gives them without consent.
          if (words.closed) meter.count('emostream_dropped_total', { stage: 'transcriber', reason: 'closed' });
          else words.next({ ...segment, arrivalMs: clock() });
        },
        onError: (error) => words.error(error),
      });
      words.add(() => transcriber.close());
      words.add(
        sound$
          .pipe(map((chunk) => transcriber.push(chunk)))
          .subscribe({ error: (error: unknown) => words.error(error), complete: () => words.complete() }),
      );
    }).pipe(
      catchError((error: unknown) => {
        meter.count('emostream_errors_total', { code: toEmostreamError(error).code });
        return EMPTY;
      }),
    );
}
