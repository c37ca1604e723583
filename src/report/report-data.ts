import type { Emotion, Modality } from '../common/emotions.js';

/** What a report shows, as it is written into its page. Numbers are whole: shares in thousandths, so that hours stay small. */
export interface ReportData {
  title: string;
  /** `call`: events of a call, without media. */
  kind: 'video' | 'audio' | 'pictures' | 'call';
  /** Of the video or sound, from where the report lies; null: there is none to be played. */
  media: string | null;
  seconds: number;
  /** When second 0 was, ms since the epoch; null: a recording's first moment. */
  startedAt: number | null;
  people: ReportPerson[];
  words: ReportWords[];
  moments: Moment[];
  summary: PersonSummary[];
  /** What was wrong with the recording, in sentences. */
  notes: string[];
  engine: string;
  model: string;
  version: string;
}

/** One value a second; null: none. */
export type Column = (number | null)[];

export interface ReportPerson {
  id: string;
  /** Of one face before their camera, judged by itself: which; null: all that is known of the person. */
  face: string | null;
  /** As in EMOTIONS; null: nothing to judge by, or no event. */
  label: Column;
  /** 1: a guess. */
  uncertain: Column;
  /** By emotion, thousandths. */
  scores: Record<Emotion, Column>;
  smoothed: Record<Emotion, Column>;
  /** -1000 to 1000. */
  valence: Column;
  arousal: Column;
  /** Thousandths; null: absent. */
  weight: Record<Modality, Column>;
  /** The mean of its figures, thousandths; null: absent. */
  quality: Record<Modality, Column>;
}

export interface ReportWords {
  person: number;
  /** Seconds from the beginning. */
  from: number;
  to: number;
  text: string;
}

/** A second to look at. */
export interface Moment {
  person: number;
  second: number;
  kind: 'strongest' | 'change';
  /** The emotion that is strongest, or that comes. */
  emotion: Emotion;
  /** Of a change: the one that goes. */
  before: Emotion | null;
  /** Of `strongest` its score, of `change` how much of the distribution moved, 0..1. */
  size: number;
  words: string;
}

export interface PersonSummary {
  participant: string;
  /** Of one face before their camera: which; seconds are those in which it was seen. */
  face: string | null;
  /** Seconds that have an event. */
  seconds: number;
  /** Of these, by label, 0..1; with `none` they sum to 1. */
  share: Record<Emotion, number>;
  none: number;
  /** Of those with a label, how many were guesses, 0..1. */
  uncertain: number;
  /** Seconds in which no face was seen, no voice heard, no words known, of all, 0..1. */
  without: Record<Modality, number>;
  /** Means over the seconds that have them; null: none has. */
  valence: number | null;
  arousal: number | null;
}
