import type { Observable } from 'rxjs';
import type { Clock } from '../../common/clock.js';
import { toEmostreamError } from '../../common/errors.js';
import type { Meter } from '../../common/metrics.js';
import { VOICE_WINDOW_MS, WORDS_WINDOW_MS } from '../../features/types.js';
import type { AlignerOptions, RetryOptions, TranscriberFactory } from '../../streams/index.js';
import type { AnalysisOptions } from '../messages.js';

/** What the participants of an analysis process share. */
export interface AnalysisEnv {
  options: Pick<AnalysisOptions, 'allowedLatenessMs' | 'wordsRevisionHorizonMs'>;
  /** Speech recognition on the server, where one is configured. */
  transcriber: TranscriberFactory | null;
  /** Recognised words are in a language that the words network knows, or it is not known in which they are. */
  judgesSpeech: boolean;
  /** Failures after which somebody's streams start anew, within a minute. Default 3. */
  attempts?: number;
  /** Server wall clock, ms: windows close by it. */
  tick$: Observable<number>;
  /** At a tick: everything that came before this was handled, ms; at most the tick's time. */
  handledMs: (now: number) => number;
  clock: Clock;
  meter: Meter;
}

export function alignerOptions({ options, meter }: AnalysisEnv, phaseMs: number): AlignerOptions {
  return {
    meter,
    phaseMs,
    allowedLatenessMs: options.allowedLatenessMs,
    wordsRevisionHorizonMs: options.wordsRevisionHorizonMs,
    audioWindowMs: VOICE_WINDOW_MS,
    wordsWindowMs: WORDS_WINDOW_MS,
  };
}

/** Somebody whose streams fail more often is not analysed any more. */
export function retryOptions({ clock, meter, attempts = 3 }: AnalysisEnv): RetryOptions {
  return {
    attempts,
    withinMs: 60_000,
    delayMs: 100,
    clock,
    onFailure: (error) => meter.count('emostream_errors_total', { code: toEmostreamError(error).code }),
  };
}
