import { Observable, type OperatorFunction, timer } from 'rxjs';
import type { Aligned } from '../streams/index.js';
import type { Heard } from './types.js';
import { VoiceQueue, type EncodeVoiceOptions } from './voice-queue.js';

/** So long a window waits for its own second to be encoded, ms. */
export const ENCODER_PATIENCE_MS = 100;
export const encoderPatience$ = timer(ENCODER_PATIENCE_MS);

/**
 * Windows → the same windows in the same order, each with what encoders heard in its three seconds. Each second is encoded once,
 * when its window closes, and kept for the next two. A window waits for its own second for a bounded time, and goes without.
 * @param forget$ what was heard so far, and what is being encoded, is forgotten at once: consent to the voice ends
 */
export function encodeVoice<I extends Aligned<unknown, A>, A>(
  options: EncodeVoiceOptions<A>,
  forget$: Observable<unknown>,
): OperatorFunction<I, I & { heard: Heard | null }> {
  return (aligned$) =>
    new Observable((subscriber) => {
      const queue = new VoiceQueue<I, A>(options, (item) => subscriber.next(item));
      subscriber.add(() => queue.close());
      subscriber.add(forget$.subscribe({ next: () => queue.forget(), error: (error) => subscriber.error(error) }));
      subscriber.add(
        aligned$.subscribe({
          next: (item) => {
            try {
              queue.push(item);
            } catch (error) {
              subscriber.error(error);
            }
          },
          error: (error) => subscriber.error(error),
          complete: () => queue.whenEmpty(() => subscriber.complete()),
        }),
      );
    });
}
