import type { OperatorFunction } from 'rxjs';
import type { Clock } from '../../common/clock.js';
import { flatten } from '../../common/flatten.js';
import { isSeen } from '../../features/crop-chooser.js';
import type { SettledFace } from '../../features/settle-crops.js';
import type { FaceObservation } from '../../features/types.js';
import type { Received } from '../../media/index.js';
import type { Timed } from '../../streams/index.js';
import type { SeenPicture } from '../messages.js';

type Seen = Received<Timed<FaceObservation>> | SettledFace;

/** After each picture that is to be answered by itself: what was seen in it, as a window that holds nothing else. */
export function answerPictures(handle: number, clock: Clock): OperatorFunction<Seen, Seen | SeenPicture> {
  return (seen$) =>
    seen$.pipe(
      flatten((seen): (Seen | SeenPicture)[] =>
        seen.type === 'item' ? [seen, ...pictureOf(handle, seen.item, clock())] : [seen],
      ),
    );
}

function pictureOf(handle: number, frame: Timed<FaceObservation>, now: number): SeenPicture[] {
  const { mediaTime, arrivalMs, decodedMs, value } = frame;
  const { question, quality, score } = value;
  if (!question) return [];
  const about = { type: 'picture' as const, handle, question: question.id };
  if (!isSeen(frame)) return [{ ...about, face: null, ...(value.unsearched ? { refused: 'rate' as const } : {}) }];
  const { crop, box } = frame.value;
  return [
    {
      ...about,
      face: {
        box: {
          x: box.x * question.width,
          y: box.y * question.height,
          width: box.width * question.width,
          height: box.height * question.height,
        },
        certainty: score,
        features: {
          startMs: mediaTime,
          endMs: mediaTime,
          revision: 0,
          closedBy: 'watermark',
          face: { crops: crop.slice(), count: 1, quality, box },
          voice: null,
          words: null,
          state: { face: 'live', voice: 'off', words: 'off' },
          timing: {
            lastMediaMs: mediaTime,
            lastArrivalMs: arrivalMs,
            lastDecodedMs: decodedMs,
            saidMs: [],
            closedMs: now,
            featuresMs: now,
          },
        },
      },
    },
  ];
}
