import { concat, defer, finalize, type Observable, type OperatorFunction } from 'rxjs';
import { flatten } from '../common/flatten.js';
import type { Meter } from '../common/metrics.js';
import { withTicks } from '../common/with-ticks.js';
import type { AudioChunk } from '../media/index.js';
import { type HeardSound, SpeechHearer } from './heard-sound.js';
import type { VoiceActivity } from './voice-activity.js';

/**
 * Sound → frames of it with whether somebody speaks in them, for all who listen behind it.
 * @param tick$ several times a second: what came since the last one is judged then, with the sound of everybody else
 */
export function hearSpeech(
  activity: () => VoiceActivity,
  meter: Meter,
  tick$: Observable<number>,
): OperatorFunction<AudioChunk, HeardSound> {
  return (sound$) =>
    defer(() => {
      const hearer = new SpeechHearer(activity(), meter);
      const heard$ = sound$.pipe(
        withTicks(tick$),
        flatten((input) => ('type' in input ? hearer.judge() : hearer.hear(input))),
      );
      return concat(
        heard$,
        defer(() => hearer.end()),
      ).pipe(finalize(() => hearer.close()));
    });
}
