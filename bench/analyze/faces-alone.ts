import { FaceFinder } from '../../src/features/face-finder.js';
import { type FaceObserverOptions, FaceObserver } from '../../src/features/face-observer.js';
import type { Engine, EngineInput } from '../../src/inference/types.js';
import { FrameReader } from '../../src/media/file/frame-reader.js';
import { PictureSource } from '../../src/media/file/picture-source.js';

export interface FacesPace {
  pictures: number;
  judged: number;
  /** Seconds of the clip done in a second. */
  pace: number;
}

/** As calls and recordings are looked at: a face is followed from picture to picture. */
export const TRACKED: Partial<FaceObserverOptions> = {};
/** As a library does that takes each picture by itself. */
export const SEARCHED: Partial<FaceObserverOptions> = {
  ...{ searchInterval: 0, steadyInterval: 0, lostInterval: 0 },
  searches: { burst: 1e9, perSecond: 1e9 },
};
const BATCH = 16;

/**
 * Faces alone, in one thread: every picture that is looked at is decoded, scaled, its face found or followed, and judged by the network,
 * each by itself.
 */
export async function facesPace(
  path: string,
  seconds: number,
  engine: Pick<Engine, 'run'>,
  options: Partial<FaceObserverOptions>,
): Promise<FacesPace> {
  const finder = await FaceFinder.create();
  const source = new PictureSource(FrameReader.open(path, 'clip', 'video')!, null);
  const observer = new FaceObserver(finder, options);
  const [waiting, count] = [[] as EngineInput[], { pictures: 0, judged: 0 }];
  const judge = async () => {
    count.judged += (await engine.run(waiting.splice(0))).length;
  };
  const from = performance.now();
  for (let picture = source.next(); picture; picture = source.next()) {
    count.pictures += 1;
    const { crop, quality, box } = observer.observe(picture);
    if (!crop || !box) continue;
    waiting.push({ face: { crops: crop, count: 1, quality, box }, voice: null, words: null });
    if (waiting.length === BATCH) await judge();
  }
  if (waiting.length > 0) await judge();
  const took = (performance.now() - from) / 1000;
  source.close();
  finder.dispose();
  return { ...count, pace: seconds / took };
}
