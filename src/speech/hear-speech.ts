import { concat, defer, finalize, type Observable, type OperatorFunction } from 'rxjs';
import { flatten } from '../common/flatten.js';
import type { Meter } from '../common/metrics.js';
import { withTicks } from '../common/with-ticks.js';
import type { AudioChunk } from '../media/index.js';
import { type HeardSound, SpeechHearer } from './heard-sound.js';
import type { VoiceActivity } from './voice-activity.js';

/** Frames of a voice that are judged at a time: 128 ms of sound. */
const TOGETHER = 4;

/**
 * Sound → frames of it with whether somebody speaks in them, for all who listen behind it.
 * @param phaseMs windows begin so long after whole seconds, ms: sound at their ends is judged at once
 * @param tick$ server wall clock, ms, several times a second: what waits for more sound, which does not come, is judged by it
 */
export function hearSpeech(
  activity: () => VoiceActivity,
  meter: Meter,
  phaseMs: number,
  tick$: Observable<number>,
): OperatorFunction<AudioChunk, HeardSound> {
  return (sound$) =>
    defer(() => {
      const hearer = new SpeechHearer(activity(), meter, { frames: TOGETHER, phaseMs });
      const heard$ = sound$.pipe(
        withTicks(tick$),
        flatten((input) => ('type' in input ? hearer.tick(input.now) : hearer.hear(input))),
      );
      return concat(
        heard$,
        defer(() => hearer.end()),
      ).pipe(finalize(() => hearer.close()));
    });
}
