import { defer, finalize, map, type OperatorFunction } from 'rxjs';
import { flatten } from '../common/flatten.js';
import type { Meter } from '../common/metrics.js';
import type { TokenBucket } from '../common/token-bucket.js';
import type { Received, VideoFrame } from '../media/index.js';
import type { HeardSound } from '../speech/index.js';
import type { Timed } from '../streams/types.js';
import type { FaceFinder } from './face-finder.js';
import { FaceObserver, type FaceObserverOptions } from './face-observer.js';
import { SeveralFaces, type SeveralFacesDeps } from './several-faces.js';
import type { FaceObservation, VoiceObservation } from './types.js';
import { VoiceObserver } from './voice-observer.js';

type ObserveFaces = OperatorFunction<Received<VideoFrame>, Received<Timed<FaceObservation>>>;

/** Pictures of one track → what is seen of its owner's face; one observation per picture, at once. */
export function observeFace(
  finder: FaceFinder,
  meter: Meter,
  budget: TokenBucket | null = null,
  options: Partial<FaceObserverOptions> = {},
): ObserveFaces {
  return observeWith(() => new FaceObserver(finder, options, meter, budget));
}

/** The same of several faces before one camera. */
export function observeSeveralFaces(deps: SeveralFacesDeps): ObserveFaces {
  return observeWith(() => new SeveralFaces(deps));
}

function observeWith(open: () => Pick<FaceObserver, 'observe' | 'close'>): ObserveFaces {
  return (picture$) =>
    defer(() => {
      const observer = open();
      return picture$.pipe(
        map((received) => {
          if (received.type === 'progress') return received;
          const { mediaTime, arrivalMs, decodedMs, question } = received.item;
          const value = observer.observe(received.item);
          if (question) value.question = question;
          return { type: 'item' as const, item: { mediaTime, durationMs: 0, arrivalMs, decodedMs, value } };
        }),
        finalize(() => observer.close()),
      );
    });
}

/**
 * Sound → blocks of log-mel frames with speech counted; a chunk that completes no frame gives nothing.
 * @param keepSamples blocks have their sound with them
 */
export function logMel(meter: Meter, keepSamples = false): OperatorFunction<HeardSound, Timed<VoiceObservation>> {
  return (sound$) =>
    defer(() => {
      const observer = new VoiceObserver(meter, keepSamples);
      return sound$.pipe(
        flatten((chunk) => {
          const block = observer.observe(chunk);
          return block ? [block] : [];
        }),
        finalize(() => observer.close()),
      );
    });
}
