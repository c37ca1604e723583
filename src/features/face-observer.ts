import { silentMeter, type Meter } from '../common/metrics.js';
import { timed } from '../common/timed.js';
import { TokenBucket } from '../common/token-bucket.js';
import type { Detection } from './blazeface-anchors.js';
import { chooseFace, sameFace } from './face-choice.js';
import type { FaceFinder } from './face-finder.js';
import { closeUp, describeFace, isConfirmed, isFlat, SURE, SURE_FINE } from './face-looks.js';
import { FaceTracker } from './face-tracker.js';
import { type AnyPicture, type GreyPlane, greyOf } from './picture.js';
import type { Region } from './resample.js';
import type { FaceObservation } from './types.js';

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
/** At most so many doubtful faces are looked at per search. */
const MAX_CLOSE_UPS = 2;

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
    const followed = this.#box ? timed(this.#meter, 'track', () => this.#tracker.follow(grey)) : null;
    const lost = this.#box !== null && followed === null;
    const before = followed ?? this.#box;
    this.#box = followed;
    this.#arrivalMs = frame.arrivalMs;
    const searched = this.#searchIfDue(frame, grey, before, lost);
    const seen = timed(this.#meter, 'crop', () => this.#describe(grey));
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
    timed(this.#meter, 'face', () => this.#search(frame, grey, before));
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
    if (before && !found.some((d) => sameFace(d, before))) found.push(...closeUp(this.#finder, frame, before));
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
      const face = chooseFace(found, frame, (d) => before !== null && sameFace(d, before));
      if (!face || (before && sameFace(face, before))) return face;
      if (isConfirmed(this.#finder, frame, face, sure)) return face;
      found.splice(found.indexOf(face), 1);
    }
    return null;
  }

  #describe(grey: GreyPlane): FaceObservation {
    const box = this.#box;
    if (!box) return { crop: null, box: null, score: 0, quality: [0, 0, 0, 0], faces: this.#faces };
    return { ...describeFace(grey, box), score: this.#score, faces: this.#faces };
  }
}
