import { defer, filter, map, type MonoTypeOperatorFunction } from 'rxjs';
import type { Meter } from '../../common/metrics.js';
import type { Received, TrackInput } from '../../media/index.js';
import { type LoadSteps, PICTURES_PER_SECOND } from './load-steps.js';

/** Packets of pictures are not even decoded while none can be afforded; what follows begins with a key frame. */
export function affordable(load: LoadSteps, meter: Meter): MonoTypeOperatorFunction<TrackInput> {
  return filter((input) => {
    if (input.type !== 'packet' || load.picturesPerSecond > 0) return true;
    meter.count('emostream_dropped_total', { stage: 'analysis', reason: 'load-packet' });
    return false;
  });
}

/** Of the pictures so many as can be afforded; of the others only that the track got there. */
export function fewerPictures<P extends { mediaTime: number; arrivalMs: number }>(
  load: LoadSteps,
  meter: Meter,
): MonoTypeOperatorFunction<Received<P>> {
  return (picture$) =>
    defer(() => {
      let lastMs = -Infinity;
      return picture$.pipe(
        map((received) => {
          if (received.type === 'progress' || load.picturesPerSecond === PICTURES_PER_SECOND[0]) return received;
          const { mediaTime, arrivalMs } = received.item;
          // A quarter is forgiven, as pictures come when the camera has them.
          const gapMs = (1000 / load.picturesPerSecond) * 0.75;
          if (Math.abs(mediaTime - lastMs) < gapMs) {
            meter.count('emostream_dropped_total', { stage: 'analysis', reason: 'load-picture' });
            return { type: 'progress' as const, mediaTime, arrivalMs };
          }
          lastMs = mediaTime;
          return received;
        }),
      );
    });
}
