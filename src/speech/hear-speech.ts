import { defer, finalize, type OperatorFunction } from 'rxjs';
import { flatten } from '../common/flatten.js';
import type { Meter } from '../common/metrics.js';
import type { AudioChunk } from '../media/index.js';
import { type HeardSound, SpeechHearer } from './heard-sound.js';
import type { VoiceActivity } from './voice-activity.js';

/** Sound → frames of it with whether somebody speaks in them, for all who listen behind it. */
export function hearSpeech(activity: () => VoiceActivity, meter: Meter): OperatorFunction<AudioChunk, HeardSound> {
  return (sound$) =>
    defer(() => {
      const hearer = new SpeechHearer(activity(), meter);
      return sound$.pipe(
        flatten((chunk) => hearer.hear(chunk)),
        finalize(() => hearer.close()),
      );
    });
}
