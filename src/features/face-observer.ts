import { silentMeter, type Meter } from '../common/metrics.js';
import { TokenBucket } from '../common/token-bucket.js';
import type { Detection } from './blazeface-anchors.js';
import { chooseFace, sameFace } from './face-choice.js';
import { cropGrey, cropRegion } from './face-crop.js';
import type { FaceFinder } from './face-finder.js';
import { faceQuality } from './face-quality.js';
import { FaceTracker } from './face-tracker.js';
import { type AnyPicture, type GreyPlane, greyOf } from './picture.js';
import { within, type Region } from './resample.js';
import type { FaceBox, FaceObservation } from './types.js';

export interface FaceObserverOptions {
  /** Media time between two searches, ms. */
  searchInterval: number;
  /** The same while the face that is followed still looks just as when it was found, ms. Then a search is for others only. */
  steadyInterval: number;
  /** Least media time between two extra searches made at once when a track is lost, ms. */
  lostInterval: number;
  /** Searches by the server's clock, whatever media time says: so many at once, and so many a second. */
  searches: { burst: number; perSecond: number };
  /** Every so many searches without a face, one looks at twice the detail, for a person far from the camera. */
  fineEvery: number;
}
/**
 * A search costs as much as fifty decoded pictures, and media time and size, which say when one is due, are the sender's word. Usual
 * cameras need one a second, and one more when a face is lost or the size changes.
 */
export const FACE_OBSERVER_DEFAULTS: FaceObserverOptions = {
  searchInterval: 1000,
  steadyInterval: 8000,
  lostInterval: 5000,
  fineEvery: 3,
  searches: { burst: 5, perSecond: 1.5 },
};
/** For pictures each of which is answered, and that need not be of one camera: all are searched that do not go on with what was followed. */
export const SINGLE_PICTURES: FaceObserverOptions = {
  ...FACE_OBSERVER_DEFAULTS,
  searchInterval: 0,
  steadyInterval: 1000,
  lostInterval: 0,
  searches: { burst: 8, perSecond: 4 },
};

/** A followed face correlates so well only if neither its size nor its pose has changed much: no need to look again soon. */
const STEADY_CORRELATION = 0.9;
/** Standard deviation, grey levels, below which a picture is a closed shutter and holds no face. */
const FLAT_DEVIATION = 3;

/** Side of a close-up, in face sizes. */
const CLOSE_UP = 2.5;
/** At most so many doubtful faces are looked at per search. */
const MAX_CLOSE_UPS = 2;
/**
 * A new face must reach this score, on the mean of the search and of a close-up look at it; a fine search, which looks at
 * more places, must be surer. Chosen on 1,120 pictures without a face (textures, things, cells, an animal, cut at random
 * from the pictures of scikit-image): one passes the coarse search, two more the fine one.
 */
const SURE = 0.62;
const SURE_FINE = 0.7;
/**
 * The same of a face whose close-up does not fit into the picture, on the mean of three looks. What passes for such a face is print out of
 * focus: of 200 drawn pages 8 places pass the search and the close-up, which are of its own size; seen smaller, in a black frame
 * (findFramed), they hold no face. Chosen on these pages (none reaches it) and on 497 portraits (bench/RESULTS.md).
 */
const SURE_NEAR = 0.64;

/** A picture with its place in media time and when it came, server wall clock, both ms. */
export type TimedPicture = AnyPicture & { mediaTime: number; arrivalMs: number };

/** What is seen of one participant's face, picture by picture: searched once a second at most, followed in between. */
export class FaceObserver {
  readonly #finder: FaceFinder;
  readonly #options: FaceObserverOptions;
  readonly #meter: Meter;
  readonly #budget: TokenBucket | null;
  readonly #tracker = new FaceTracker();
  #width = 0;
  #height = 0;
  #box: Region | null = null;
  #score = 0;
  #faces = 0;
  #lastSearch = -Infinity;
  #lastExtra = -Infinity;
  #misses = 0;
  /** When the picture looked at came, server wall clock, ms. */
  #arrivalMs = 0;
  readonly #searches: TokenBucket;

  /**
   * @param finder shared by all observers of a thread; not disposed by them
   * @param budget searches of all of them together: one that finds none is made up for with a later picture
   */
  constructor(
    finder: FaceFinder,
    options: Partial<FaceObserverOptions> = {},
    meter: Meter = silentMeter,
    budget: TokenBucket | null = null,
  ) {
    this.#finder = finder;
    this.#budget = budget;
    this.#options = { ...FACE_OBSERVER_DEFAULTS, ...options };
    const { burst, perSecond } = this.#options.searches;
    this.#searches = new TokenBucket(burst, perSecond, () => this.#arrivalMs);
    this.#meter = meter;
  }

  observe(frame: TimedPicture): FaceObservation {
    if (frame.width !== this.#width || frame.height !== this.#height) this.#resize(frame);
    const grey = greyOf(frame);
    const followed = this.#box ? this.#timed('track', () => this.#tracker.follow(grey)) : null;
    const lost = this.#box !== null && followed === null;
    const before = followed ?? this.#box;
    this.#box = followed;
    this.#arrivalMs = frame.arrivalMs;
    const searched = this.#searchIfDue(frame, grey, before, lost);
    const seen = this.#timed('crop', () => this.#describe(grey));
    return searched || seen.box ? seen : { ...seen, unsearched: true };
  }

  /** @returns false: there should have been a search, and there was none */
  #searchIfDue(frame: TimedPicture, grey: GreyPlane, before: Region | null, lost: boolean): boolean {
    if (!(this.#budget?.has() ?? true)) return false;
    if (!this.#searchDue(frame.mediaTime, lost)) return true;
    if (!this.#searches.take()) {
      this.#meter.count('emostream_dropped_total', { stage: 'face', reason: 'search-rate' });
      return false;
    }
    this.#budget?.take();
    this.#timed('face', () => this.#search(frame, grey, before));
    return true;
  }

  /** Forgets the face. Further pictures start afresh. */
  close(): void {
    this.#forget();
    this.#lastSearch = this.#lastExtra = -Infinity;
  }

  #resize(frame: TimedPicture): void {
    const { width, height } = frame;
    // A simulcast layer switch keeps the picture's content; the next picture is searched afresh.
    this.#forget();
    this.#lastSearch = -Infinity;
    this.#width = width;
    this.#height = height;
  }

  #forget(): void {
    this.#tracker.stop();
    this.#box = null;
    this.#score = 0;
    this.#faces = 0;
    this.#misses = 0;
  }

  #searchDue(now: number, lost: boolean): boolean {
    const since = now - this.#lastSearch;
    const { searchInterval, steadyInterval } = this.#options;
    const steady = this.#box !== null && this.#tracker.correlation >= STEADY_CORRELATION;
    // Media time may be set back when a track starts anew.
    if (since >= (steady ? steadyInterval : searchInterval) || since < 0) return true;
    if (!lost || Math.abs(now - this.#lastExtra) < this.#options.lostInterval) return false;
    this.#lastExtra = now;
    return true;
  }

  #search(frame: TimedPicture, grey: GreyPlane, before: Region | null): void {
    this.#lastSearch = frame.mediaTime;
    const fine = before === null && this.#misses % this.#options.fineEvery === this.#options.fineEvery - 1;
    const found = isFlat(grey) ? [] : this.#finder.find(frame, fine ? 'fine' : 'coarse');
    // A small face may be found only at times; where one was, a close-up decides.
    if (before && !found.some((d) => sameFace(d, before))) found.push(...this.#closeUp(frame, before));
    const face = this.#choose(frame, found, before, fine ? SURE_FINE : SURE);
    this.#faces = found.filter((d) => d === face || d.score >= SURE).length;
    this.#misses = face ? 0 : this.#misses + 1;
    if (face && this.#tracker.start(grey, face)) {
      this.#box = face;
      this.#score = face.score;
    } else {
      this.#tracker.stop();
      this.#box = null;
      this.#score = 0;
    }
  }

  /** The face to follow; a new one only if a close-up agrees. Those that it refutes are removed from `found`. */
  #choose(frame: TimedPicture, found: Detection[], before: Region | null, sure: number): Detection | null {
    for (let tries = 0; tries < MAX_CLOSE_UPS; tries++) {
      const face = chooseFace(found, frame.width, frame.height, before);
      if (!face || (before && sameFace(face, before))) return face;
      if (this.#confirmed(frame, face, sure)) return face;
      found.splice(found.indexOf(face), 1);
    }
    return null;
  }

  /** Whether further looks at a new face agree with the search, on the mean. */
  #confirmed(frame: TimedPicture, face: Detection, sure: number): boolean {
    const score = (found: Detection[]): number => found.find((d) => sameFace(d, face))?.score ?? 0;
    const two = face.score + score(this.#closeUp(frame, face));
    if (closeUpFits(frame, face)) return two / 2 >= sure;
    const enough = 3 * Math.max(sure, SURE_NEAR);
    // A third look that cannot change anything is not taken.
    return two + 1 >= enough && two + score(this.#finder.findFramed(frame, face)) >= enough;
  }

  /**
   * A second look at a face, with what is around it. Where the picture is too small for that, what is in the picture: its border
   * repeated all around takes the network's trust in a face that fills it, and one in twelve portraits was refused for that.
   */
  #closeUp(frame: TimedPicture, box: Region): Detection[] {
    const side = CLOSE_UP * Math.max(box.width, box.height);
    const x = box.x + box.width / 2 - side / 2;
    const y = box.y + box.height / 2 - side / 2;
    const around = { x, y, width: side, height: side };
    return this.#finder.find(frame, 'close', closeUpFits(frame, box) ? around : within(around, frame));
  }

  #describe(grey: GreyPlane): FaceObservation {
    const box = this.#box;
    if (!box) return { crop: null, box: null, score: 0, quality: [0, 0, 0, 0], faces: this.#faces };
    const region = cropRegion(box);
    const crop = cropGrey(grey, region);
    return {
      crop,
      box: inFractions(box, grey.width, grey.height),
      score: this.#score,
      quality: faceQuality(crop, region.width),
      faces: this.#faces,
    };
  }

  #timed<T>(stage: string, work: () => T): T {
    const from = performance.now();
    const result = work();
    this.#meter.observe('emostream_stage_duration_seconds', (performance.now() - from) / 1000, { stage });
    return result;
  }
}

function closeUpFits(picture: { width: number; height: number }, box: Region): boolean {
  return CLOSE_UP * Math.max(box.width, box.height) <= Math.min(picture.width, picture.height);
}

/** The part of a box in pixels that lies in the picture, in fractions of it. */
function inFractions(box: Region, width: number, height: number): FaceBox {
  const left = Math.max(0, box.x) / width;
  const top = Math.max(0, box.y) / height;
  const right = Math.min(width, box.x + box.width) / width;
  const bottom = Math.min(height, box.y + box.height) / height;
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** Looks at some 500 samples. */
function isFlat({ samples, width, height, gain }: GreyPlane): boolean {
  const step = Math.max(1, Math.floor(Math.sqrt((width * height) / 500)));
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (let y = step >> 1; y < height; y += step) {
    for (let x = step >> 1; x < width; x += step) {
      const v = gain * samples[y * width + x]!;
      sum += v;
      squares += v * v;
      count++;
    }
  }
  return count > 0 && squares / count - (sum / count) ** 2 < FLAT_DEVIATION ** 2;
}
