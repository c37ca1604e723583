import { silentMeter, type Meter } from '../common/metrics.js';
import { timed } from '../common/timed.js';
import { TokenBucket } from '../common/token-bucket.js';
import { overlap, type Detection } from './blazeface-anchors.js';
import { chooseFace, sameFace } from './face-choice.js';
import type { FaceFinder } from './face-finder.js';
import type { FaceDescriber } from './face-likeness.js';
import { closeUp, describeFace, isConfirmed, isFlat, SURE_FINE } from './face-looks.js';
import type { TimedPicture } from './face-observer.js';
import { FaceTracker } from './face-tracker.js';
import type { FaceTracks } from './face-tracks.js';
import { type GreyPlane, greyOf } from './picture.js';
import type { Region } from './resample.js';
import type { FaceObservation, TrackedFace } from './types.js';

/**
 * Media time between two searches, ms; longer while all faces look as when they were found and nobody came or left for a while: then a
 * search is for newcomers only.
 */
const SEARCH_INTERVAL = 1000;
const STEADY_INTERVAL = 2000;
const A_WHILE = 10_000;
/** The same where a face was lost, or two came apart that may have been taken for each other. */
const HASTY_INTERVAL = 400;
/** Searches, and looks at what faces look like, by the server's clock: media time and pictures are the sender's word. */
const SEARCHES = { burst: 5, perSecond: 1.5 };
const LOOKS = { burst: 8, perSecond: 2 };
/** A followed face correlates so well only if neither its size nor its pose has changed much. */
const STEADY_CORRELATION = 0.9;
/** One that is followed and correlates less may be another by now. */
const ALIKE_CORRELATION = 0.7;
/** Two faces that are followed to one place, overlapping so much, are one; which, the next search says. */
const ONE_PLACE = 0.5;
/** At most so many new faces are looked at again per search, and as many that were followed and are not found. */
const MAX_CLOSE_UPS = 4;

export interface SeveralFacesDeps {
  finder: FaceFinder;
  describer: FaceDescriber;
  /** Of this participant; outlives the tracks of their camera, and is cleared when consent ends. */
  tracks: FaceTracks;
  meter?: Meter;
  /** Searches and looks of all observers of a thread together. */
  budget?: TokenBucket | null;
}

interface Followed {
  tracker: FaceTracker;
  /** In pixels; null: not seen just now. */
  box: Region | null;
  score: number;
}

/**
 * What is seen of several faces before one camera, picture by picture: searched every other second, and each followed in between. Which is
 * which is for `FaceTracks` to say. The largest, or the one that was it while no other is clearly larger, comes first.
 */
export class SeveralFaces {
  readonly #deps: SeveralFacesDeps;
  readonly #meter: Meter;
  readonly #faces = new Map<string, Followed>();
  readonly #searches: TokenBucket;
  readonly #looks: TokenBucket;
  #primary: string | null = null;
  #width = 0;
  #height = 0;
  #lastSearch = -Infinity;
  #arrivalMs = 0;
  /** When somebody came or left last, media time, ms. */
  #lastChange = -Infinity;
  /** Faces that the last search saw. */
  #found = 0;

  constructor(deps: SeveralFacesDeps) {
    this.#deps = deps;
    this.#meter = deps.meter ?? silentMeter;
    const now = (): number => this.#arrivalMs;
    this.#searches = new TokenBucket(SEARCHES.burst, SEARCHES.perSecond, now);
    this.#looks = new TokenBucket(LOOKS.burst, LOOKS.perSecond, now);
  }

  observe(frame: TimedPicture): FaceObservation {
    this.#arrivalMs = frame.arrivalMs;
    const grey = greyOf(frame);
    this.#keepUp(frame);
    timed(this.#meter, 'track', () => this.#follow(grey));
    const searched = this.#searchIfDue(frame, grey);
    const seen = timed(this.#meter, 'crop', () => this.#describe(grey));
    return searched || seen.box ? seen : { ...seen, unsearched: true };
  }

  /** Stops following. Who was seen is known to `tracks` still. */
  close(): void {
    this.#faces.clear();
    this.#primary = null;
    this.#lastSearch = this.#lastChange = -Infinity;
  }

  /** Faces that were forgotten meanwhile, and pictures of another size, are searched afresh. */
  #keepUp({ width, height }: TimedPicture): void {
    const { present } = this.#deps.tracks;
    if (width === this.#width && height === this.#height) {
      for (const id of this.#faces.keys()) if (!present.has(id)) this.#faces.delete(id);
      return;
    }
    this.#faces.clear();
    this.#lastSearch = -Infinity;
    [this.#width, this.#height] = [width, height];
  }

  #follow(grey: GreyPlane): void {
    for (const face of this.#faces.values()) face.box = face.box && face.tracker.follow(grey);
    // Of two that were followed to one place, the one that looks less like itself is hidden behind the other.
    const seen = [...this.#faces.values()].sort((a, b) => b.tracker.correlation - a.tracker.correlation);
    for (const [i, { box }] of seen.entries()) {
      for (const other of seen.slice(i + 1)) {
        if (box && other.box && overlap(box, other.box) > ONE_PLACE) other.box = null;
      }
    }
    const places = [...this.#faces].flatMap(([id, { box }]) => (box ? [[id, this.#fractions(box)] as const] : []));
    this.#deps.tracks.move(new Map(places));
  }

  /** @returns false: there should have been a search, and there was none */
  #searchIfDue(frame: TimedPicture, grey: GreyPlane): boolean {
    const { budget } = this.#deps;
    if (!(budget?.has() ?? true)) return false;
    if (!this.#searchDue(frame.mediaTime)) return true;
    if (!this.#searches.take()) {
      this.#drop('search-rate');
      return false;
    }
    budget?.take();
    this.#lastSearch = frame.mediaTime;
    timed(this.#meter, 'face', () => this.#search(frame, grey));
    return true;
  }

  #searchDue(now: number): boolean {
    const since = now - this.#lastSearch;
    const all = [...this.#faces.values()];
    const { tracks } = this.#deps;
    const isHasty = all.some(({ box }) => !box) || (tracks.doubtful && !tracks.crossing);
    const isCalm = now - this.#lastChange >= A_WHILE;
    const isSteady = isCalm && all.length > 0 && all.every(({ tracker }) => tracker.correlation >= STEADY_CORRELATION);
    // Media time may be set back when a track starts anew.
    return since < 0 || since >= (isHasty ? HASTY_INTERVAL : isSteady ? STEADY_INTERVAL : SEARCH_INTERVAL);
  }

  #search(frame: TimedPicture, grey: GreyPlane): void {
    const { finder, tracks } = this.#deps;
    const found = isFlat(grey) ? [] : finder.find(frame, 'fine');
    const known = [...this.#faces.values()].flatMap(({ box }) => box ?? []);
    const isKnown = (d: Detection): boolean => known.some((box) => sameFace(d, box));
    let closeUps = 0;
    const sure = found.filter(
      (d) => isKnown(d) || (closeUps++ < MAX_CLOSE_UPS && isConfirmed(finder, frame, d, SURE_FINE)),
    );
    // A small face may be found only at times; where one was, a close-up decides.
    const missing = known.filter((box) => !sure.some((d) => sameFace(d, box)));
    for (const box of missing.slice(0, MAX_CLOSE_UPS)) {
      const again = closeUp(finder, frame, box).find((d) => sameFace(d, box));
      if (again && !sure.some((d) => sameFace(d, again))) sure.push(again);
    }
    this.#found = sure.length;
    for (const [id, { box, tracker }] of this.#faces)
      if (!box || tracker.correlation < ALIKE_CORRELATION) tracks.doubt(id);
    const ids = tracks.assign(
      sure.map((d) => ({ box: this.#fractions(d), look: () => this.#look(frame, d) })),
      frame.mediaTime,
    );
    const before = new Map(this.#faces);
    if (ids.length !== before.size || ids.some((id) => typeof id !== 'string' || !before.has(id))) {
      this.#lastChange = frame.mediaTime;
    }
    this.#faces.clear();
    for (const [i, id] of ids.entries()) {
      const face = sure[i]!;
      if (typeof id !== 'string') {
        this.#drop(id.untracked === 'too-many' ? 'too-many-faces' : 'look-rate');
        continue;
      }
      const tracker = before.get(id)?.tracker ?? new FaceTracker();
      if (tracker.start(grey, face)) this.#faces.set(id, { tracker, box: face, score: face.score });
    }
  }

  #look(frame: TimedPicture, box: Region) {
    const { budget, describer } = this.#deps;
    if (!(budget?.has() ?? true) || !this.#looks.take()) return null;
    budget?.take();
    return timed(this.#meter, 'face-look', () => describer.describe(frame, box));
  }

  #describe(grey: GreyPlane): FaceObservation {
    const seen = [...this.#faces].flatMap(([id, { box, score }]) => (box ? [{ id, box, score }] : []));
    const boxes = seen.map(({ id, box }) => ({ ...box, id }));
    const primary = chooseFace(boxes, grey, ({ id }) => id === this.#primary)?.id;
    if (primary === undefined) {
      return { crop: null, box: null, score: 0, quality: [0, 0, 0, 0], faces: this.#found, others: [] };
    }
    this.#primary = primary;
    const faces = seen.map(({ id, box, score }): TrackedFace => ({ id, score, ...describeFace(grey, box) }));
    const others = faces.filter(({ id }) => id !== primary);
    return { ...faces.find(({ id }) => id === primary)!, faces: this.#found, others };
  }

  #fractions({ x, y, width, height }: Region): Region {
    return { x: x / this.#width, y: y / this.#height, width: width / this.#width, height: height / this.#height };
  }

  #drop(reason: 'search-rate' | 'too-many-faces' | 'look-rate'): void {
    this.#meter.count('emostream_dropped_total', { stage: 'face', reason });
  }
}
