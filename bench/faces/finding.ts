import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Finder from '../../src/features/face-finder.js';
import type * as Observer from '../../src/features/face-observer.js';
import type { Picture } from '../../src/features/picture.js';
import type { FaceBox } from '../../src/features/types.js';

/** What a build sees in a picture that stands still. */
export interface Seen {
  /** With the first search. */
  first: FaceBox | null;
  /** With the first three, of which the third is at full detail: within two seconds. */
  soon: FaceBox | null;
  /** CPU time of the first search with all that belongs to it, ms. */
  firstMs: number;
  /** The same of all three. */
  allMs: number;
}

/** A second in which nothing is found is searched again; the search after two misses is a fine one. */
const SEARCHES = 3;
const SECOND = 1000;

/** The finder and observer of a build, as a call uses them. @param dist its compiled files */
export async function buildIn(dist: string): Promise<(picture: Picture) => Seen> {
  const load = <T>(file: string): Promise<T> => import(pathToFileURL(join(dist, file)).href) as Promise<T>;
  const { FaceFinder } = await load<typeof Finder>('src/features/face-finder.js');
  const { FaceObserver } = await load<typeof Observer>('src/features/face-observer.js');
  const finder = await FaceFinder.create();
  return (picture) => {
    const observer = new FaceObserver(finder);
    const seen: Seen = { first: null, soon: null, firstMs: 0, allMs: 0 };
    for (let search = 0; search < SEARCHES && !seen.soon; search++) {
      const at = search * SECOND;
      const from = process.cpuUsage();
      const { box } = observer.observe({ ...picture, mediaTime: at, arrivalMs: at });
      const { user, system } = process.cpuUsage(from);
      seen.allMs += (user + system) / 1000;
      if (search === 0) [seen.first, seen.firstMs] = [box, seen.allMs];
      seen.soon = box;
    }
    return seen;
  };
}

/** True when a box is where the face of a portrait must be: its centre in the middle, and it is no small thing. */
export function isThePortraits({ x, y, width, height }: FaceBox): boolean {
  const [centreX, centreY] = [x + width / 2, y + height / 2];
  const central = Math.abs(centreX - 0.5) < 0.2 && Math.abs(centreY - 0.5) < 0.2;
  return central && Math.max(width, height) > 0.3;
}
