import { defer, type Observable, type OperatorFunction } from 'rxjs';
import { flatten } from '../common/flatten.js';
import { withTicks } from '../common/with-ticks.js';
import type { Received } from '../media/index.js';
import type { Timed } from '../streams/types.js';
import { CropChooser, cropId, type ShownFace } from './crop-chooser.js';
import { shownAs } from './crop-sides.js';
import type { FaceObservation } from './types.js';

/** A face crop that a window will name; it can be encoded before the window closes. */
export interface SettledFace {
  type: 'crop';
  /** See `cropId`. */
  id: number;
  /** FACE_SIZE² grey values 0..255, the way round that they are shown to the network. */
  pixels: Uint8Array;
}

/**
 * Hands observations on, and says of which pictures the crops are settled, as the parts of each window end.
 * @param parts crops per window
 * @param phaseMs windows begin so long after whole seconds, ms
 * @param tick$ server wall clock, ms
 */
export function settleCrops(
  parts: number,
  phaseMs: number,
  tick$: Observable<number>,
): OperatorFunction<Received<Timed<FaceObservation>>, Received<Timed<FaceObservation>> | SettledFace> {
  return (seen$) =>
    defer(() => {
      const chooser = new CropChooser(parts, phaseMs);
      return seen$.pipe(
        withTicks(tick$),
        flatten((input): (Received<Timed<FaceObservation>> | SettledFace)[] => {
          if (input.type === 'tick') return chooser.reach(input.now).map(settled);
          if (input.type === 'progress') return [input, ...chooser.reach(input.mediaTime).map(settled)];
          return [input, ...chooser.add(input.item).map(settled)];
        }),
      );
    });
}

/** Marks the picture, by which its window finds it. */
export function settled({ frame: { mediaTime, value }, side }: ShownFace): SettledFace {
  value.settled = side;
  return { type: 'crop', id: cropId(mediaTime), pixels: shownAs(value.crop, side) };
}
