import { overlap } from './blazeface-anchors.js';
import { alike, type Likeness } from './face-likeness.js';
import type { Region } from './resample.js';

/**
 * Two looks at a face that are so much alike are of one person. Of 178,793 pairs of portraits of two persons 0.05 % are, of 907 pairs of
 * two photographs of one person, mostly taken years apart, 61 % (docs/faces.md); looks in one call are nearer to each other than those.
 */
export const SAME_PERSON = 0.64;
/** Where a face is about where one was, so much less will do. */
const NEAR_BONUS = 0.18;
/**
 * One that was followed all along and looks less like itself than this is somebody else: so little alike are 4 % of the pairs of one
 * person, and 88 % of those of two.
 */
const OTHER_PERSON = SAME_PERSON - NEAR_BONUS;
/** Boxes of one face, from one search to the next: they overlap so much, or their centres are so near, in face sizes. */
const MIN_OVERLAP = 0.2;
const NEAR = 0.6;
/** Boxes of two faces that overlap so much may be taken for each other. */
const CROSSING = 0.1;
/** Looks kept of a face, the newest ones, and how long one of them serves to tell that it is still the same, ms. */
const LOOKS = 3;
const LOOK_INTERVAL = 5000;
/** People who left the picture and are remembered, at most; the longest gone are forgotten first. */
export const MOST_GONE = 32;

/** What a search found. */
export interface Sighting {
  /** In fractions of the picture. */
  box: Region;
  /** A look at it, which costs something; null: it cannot be paid for just now. */
  look(): Likeness | null;
}

/** Why a face that was found has no track: there are as many as may be, or it could not be looked at. */
export type Untracked = 'too-many' | 'not-looked-at';

interface Track {
  readonly id: string;
  box: Region;
  looks: Likeness[];
  lookedMs: number;
  /** It may be another: it was so near one that it may have been taken for that, or was lost for a moment. */
  doubtful: boolean;
}

/**
 * Gives each face of a picture an id that it keeps: by where it is while it is followed, by what it looks like where that does not tell
 * (faces that cross, a face that comes back). Two faces of one picture never have one id, and no id is given to another person who can
 * be told apart. Pure: times and looks are passed in. Looks are held here and nowhere else, until `clear`.
 */
export class FaceTracks {
  readonly #most: number;
  readonly #newIds: () => (n: number) => string;
  #idOf: (n: number) => string;
  #next = 1;
  readonly #present = new Map<string, Track>();
  /** Newest last. */
  #gone: Track[] = [];

  /**
   * @param most faces that are followed at once
   * @param newIds begins ids afresh; none of the new ones may be one of before
   */
  constructor(most: number, newIds: () => (n: number) => string) {
    this.#most = most;
    this.#newIds = newIds;
    this.#idOf = newIds();
  }

  /** Faces that are in the picture, and where they were last. */
  get present(): ReadonlyMap<string, { readonly box: Region }> {
    return this.#present;
  }

  /** Faces that left and are remembered. */
  get remembered(): number {
    return this.#gone.length;
  }

  /** A face may be another, and has not been looked at since. */
  get doubtful(): boolean {
    return [...this.#present.values()].some(({ doubtful }) => doubtful);
  }

  /** Two of the faces are so near each other that they may be taken for each other now. */
  get crossing(): boolean {
    const all = [...this.#present.values()];
    return all.some((a, i) => all.slice(i + 1).some((b) => overlap(a.box, b.box) > CROSSING));
  }

  /** Faces were followed to these places. */
  move(places: ReadonlyMap<string, Region>): void {
    for (const [id, box] of places) {
      const track = this.#present.get(id);
      if (track) track.box = box;
    }
    const all = [...this.#present.values()];
    for (const [i, a] of all.entries()) {
      for (const b of all.slice(i + 1)) if (overlap(a.box, b.box) > CROSSING) a.doubtful = b.doubtful = true;
    }
  }

  /** Where this face is there may be another by now: the next search looks at it. */
  doubt(id: string): void {
    const track = this.#present.get(id);
    if (track) track.doubtful = true;
  }

  /** Forgets everything, looks first of all: consent ended. */
  clear(): void {
    this.#present.clear();
    this.#gone = [];
    this.#idOf = this.#newIds();
    this.#next = 1;
  }

  /**
   * A search found these faces; who is not among them has left the picture.
   * @returns for each of them its id, or why it has none
   */
  assign(found: readonly Sighting[], now: number): (string | { untracked: Untracked })[] {
    const faces = found.map((sighting, at) => new Found(sighting, at)).sort(byPlace);
    for (const face of faces) face.near = [...this.#present.values()].filter((track) => isNear(track.box, face.box));
    for (const face of faces) this.#byPlace(face, faces, now);
    this.#byLook(faces, now);
    const taken = new Set(faces.map(({ track }) => track));
    for (const track of [...this.#present.values()]) if (!taken.has(track)) this.#leave(track);
    for (const face of faces) if (!face.track) this.#begin(face, now);
    for (const { track, box } of faces) if (track) track.box = box;
    const out = found.map((): string | { untracked: Untracked } => ({ untracked: 'too-many' }));
    for (const { at, track, isUnseen } of faces) {
      if (track) out[at] = track.id;
      else if (isUnseen) out[at] = { untracked: 'not-looked-at' };
    }
    return out;
  }

  /** One face where one was, and no doubt about it: it is the same, of which it is made sure now and then. */
  #byPlace(face: Found, faces: readonly Found[], now: number): void {
    const [track, ...others] = face.near;
    if (!track || others.length > 0 || track.doubtful) return;
    if (faces.some((other) => other !== face && other.near.includes(track))) return;
    if (Math.abs(now - track.lookedMs) >= LOOK_INTERVAL) {
      const look = face.look();
      if (look && likeness(track, look) < OTHER_PERSON) return;
      if (look) remember(track, look, now);
    }
    face.track = track;
  }

  /** The others are whom they look like most, among those who are here or were. */
  #byLook(faces: readonly Found[], now: number): void {
    const taken = new Set(faces.flatMap(({ track }) => track ?? []));
    const free = [...this.#present.values(), ...this.#gone].filter((track) => !taken.has(track));
    if (free.length === 0) return;
    const pairs = faces
      .filter(({ track }) => !track)
      .flatMap((face) => {
        const look = face.look();
        return free.flatMap((track) => {
          const isNearby = face.near.includes(track);
          // Not looked at, but nobody else can be meant.
          if (!look) return isNearby && face.near.length === 1 && !track.doubtful ? [{ face, track, score: 0 }] : [];
          const score = likeness(track, look) + (isNearby ? NEAR_BONUS : 0);
          return score >= SAME_PERSON ? [{ face, track, score }] : [];
        });
      })
      // Sorting is stable: at a draw the order of places, then of tracks, decides.
      .sort((a, b) => b.score - a.score);
    for (const { face, track } of pairs) {
      if (face.track || taken.has(track) || taken.size >= this.#most) continue;
      this.#return(track);
      taken.add(track);
      face.track = track;
      const look = face.look();
      if (look) {
        remember(track, look, now);
        track.doubtful = false;
      }
    }
  }

  /** One that was gone is back. */
  #return(track: Track): void {
    if (this.#present.has(track.id)) return;
    this.#gone.splice(this.#gone.indexOf(track), 1);
    this.#present.set(track.id, track);
  }

  #leave(track: Track): void {
    this.#present.delete(track.id);
    track.doubtful = false;
    this.#gone.push(track);
    if (this.#gone.length > MOST_GONE) this.#gone.shift();
  }

  #begin(face: Found, now: number): void {
    if (this.#present.size >= this.#most) return;
    const look = face.look();
    if (!look) return;
    const id = this.#idOf(this.#next++);
    face.track = { id, box: face.box, looks: [look], lookedMs: now, doubtful: false };
    this.#present.set(id, face.track);
  }
}

/** A face that a search found, on its way to a track. */
class Found {
  near: Track[] = [];
  track: Track | null = null;
  /** A look was wanted and could not be had. */
  isUnseen = false;
  #look: Likeness | null = null;

  constructor(
    readonly sighting: Sighting,
    /** Its place among those that were found. */
    readonly at: number,
  ) {}

  get box(): Region {
    return this.sighting.box;
  }

  /** Asked for once at most. */
  look(): Likeness | null {
    if (!this.#look && !this.isUnseen) this.#look = this.sighting.look();
    this.isUnseen = this.#look === null;
    return this.#look;
  }
}

/** The largest first; then from left to right. Depends on nothing but the boxes. */
function byPlace({ box: a }: Found, { box: b }: Found): number {
  return b.width * b.height - a.width * a.height || a.x - b.x || a.y - b.y;
}

function isNear(a: Region, b: Region): boolean {
  if (overlap(a, b) > MIN_OVERLAP) return true;
  const ratio = a.height / b.height;
  const dx = (a.x + a.width / 2 - b.x - b.width / 2) / Math.max(a.width, b.width);
  const dy = (a.y + a.height / 2 - b.y - b.height / 2) / Math.max(a.height, b.height);
  return ratio > 0.6 && ratio < 1 / 0.6 && Math.hypot(dx, dy) < NEAR;
}

/** How much a look is like the most similar one of a track. */
const likeness = ({ looks }: Track, look: Likeness): number => Math.max(...looks.map((known) => alike(known, look)));

function remember(track: Track, look: Likeness, now: number): void {
  track.looks = [...track.looks, look].slice(-LOOKS);
  track.lookedMs = now;
}
