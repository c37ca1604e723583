import type { Modality } from '../common/emotions.js';
import type { TimedWord } from '../media/types.js';

/** Something that happened at a media time: a face observation, a mel frame block. `T` is what a later stage made of it. */
export interface Timed<T> {
  /** Media time, ms since the epoch, of the instant (a picture) or of the start (sound). */
  mediaTime: number;
  /** Length in ms; 0 for a picture. */
  durationMs: number;
  arrivalMs: number;
  decodedMs: number;
  value: T;
}

/** Words overlap windows by their own start and end. */
export interface TimedWords {
  startMs: number;
  endMs: number;
  arrivalMs: number;
  text: string;
  /** The piece of speech that they are of, and whether nothing in it will change: see TranscriptSegment. */
  segment?: number | undefined;
  final?: boolean | undefined;
  /** The same words one by one, in order. */
  words?: readonly TimedWord[] | undefined;
}

/**
 * Where a modality stands in a window. `off`: no track, a muted one, or no consent. `stalled`: a track is there but no media came.
 * `live`: media came (whether a face or a voice is in it is for the features to say).
 */
export type TrackState = 'off' | 'stalled' | 'live';

export interface AlignedWindow<F, A> {
  /** Window [startMs, endMs) in media time; startMs is a multiple of 1000. */
  startMs: number;
  endMs: number;
  /** 0 for the first event of a window; +1 each time late words change it. */
  revision: number;
  closedBy: 'watermark' | 'deadline' | 'revision';
  /** Pictures inside the window, in media order. */
  frames: Timed<F>[];
  /** Sound of the trailing audio window (3 s) that ends at endMs, in media order. */
  audio: Timed<A>[];
  /** Words of the trailing transcript window that ends at endMs, in order of start. */
  words: TimedWords[];
  /** When words that are in a window for the first time were over, media time, ms. */
  saidMs: number[];
  state: Record<Modality, TrackState>;
  /** Server wall clock, ms: newest arrival and decode among the media inside the window (null: none), and the closing. */
  lastArrivalMs: number | null;
  lastDecodedMs: number | null;
  /** Newest media time inside the window, ms (null: none). */
  lastMediaMs: number | null;
  closedMs: number;
}
