import { type Consent, isAnything, isWithdrawal, NO_CONSENT } from '../../../src/common/consent.js';
import { type Emotion, EMOTIONS, MODALITIES, type Modality } from '../../../src/common/emotions.js';
import type { EmotionEvent, EndEvent, GapEvent, RoomEvent, Scores, SeenFace } from '../../../src/events/schema.js';
import type { Rect } from './box.js';
import { isConsented } from './consented.js';
import { Course, type CourseSecond } from './course.js';
import { en, type OverlayWords } from './languages/en.js';
import {
  modalityView,
  type ModalityView,
  type OverlayConnection,
  type OverlayStatus,
  say,
  type Sending,
} from './wording.js';

export interface Bar {
  emotion: Emotion;
  /** How likely it is by this estimate, 0..1; null: there is nothing to judge by. */
  share: number | null;
  top: boolean;
}

export interface Point {
  /** -1 (unpleasant) … 1 (pleasant) */
  valence: number;
  /** -1 (calm) … 1 (excited) */
  arousal: number;
}

export interface OverlayView {
  status: OverlayStatus;
  headline: string;
  detail: string;
  /** The emotion shown in colour; null when there is none or it is uncertain. */
  emotion: Emotion | null;
  bars: Bar[] | null;
  /** Newest last. */
  trail: Point[];
  /** The last minute, second by second, oldest first; null: a second without a result. */
  course: (CourseSecond | null)[];
  modalities: ModalityView[];
  analysed: Consent;
  /** In fractions of the picture. */
  box: Rect | null;
  /** Of the face in the box, a word, where there are others: what the headline says. */
  boxText: string | null;
  /** The other faces before the camera, where the server tells several apart. */
  faces: FaceView[];
}

/** A face beside the main one. */
export interface FaceView {
  id: string;
  /** In fractions of the picture. */
  box: Rect;
  /** Shown in colour; null when there is none or it is uncertain. */
  emotion: Emotion | null;
  /** A word or two. */
  text: string;
}

export interface OverlayModelOptions {
  /** Without an event for this long, the last one is shown as out of date, ms. */
  staleAfterMs: number;
}

/** Points of the valence/arousal plot that are kept. */
const TRAIL = 6;
/** So long the last result is still to be seen, pale, when it is out of date, ms. */
const LAST_RESULT_MS = 6500;
/** Weights sum to 1, but for their rounding. */
const HALF = 0.4999;

/** What an overlay knows of one participant and how it says it. Pure: events and times come in, a view goes out. */
export class OverlayModel {
  readonly #options: OverlayModelOptions;
  #analysed: Consent = NO_CONSENT;
  /** What the course is of: it lasts while somebody has nothing to be analysed by, and not longer than their consent. */
  #agreed: Consent = NO_CONSENT;
  #agreedByPage = false;
  /** Whether the call or an event said what is analysed. One who subscribes late did not hear the beginning. */
  #told = false;
  #sending: Sending = { face: true, voice: true };
  #event: EmotionEvent | null = null;
  #gap: GapEvent['reason'] | null = null;
  #ended: EndEvent['reason'] | null = null;
  #heardMs = Number.NEGATIVE_INFINITY;
  #trail: Point[] = [];
  #connection: OverlayConnection = 'open';
  readonly #course = new Course();

  constructor(options: OverlayModelOptions) {
    this.#options = options;
  }

  /** What is analysed, as the call says it; `begin` and `end` events say it too. */
  setAnalysed(analysed: Consent, nowMs: number): void {
    // A result holds a part of everything that it was made of: with one of them gone, nothing of it is shown any more.
    this.#agree(analysed);
    this.#agreedByPage = isAnything(analysed);
    this.#analyse(analysed, nowMs);
  }

  setSending(sending: Sending): void {
    this.#sending = { ...sending };
  }

  setConnection(connection: OverlayConnection): void {
    this.#connection = connection;
  }

  push(event: RoomEvent, nowMs: number): void {
    switch (event.type) {
      case 'begin':
        // It names less when a camera is switched off, too. Where the page says what is consented to, that alone counts.
        if (!this.#agreedByPage) this.#agree(event.analysed);
        return this.#analyse(event.analysed, nowMs);
      case 'end':
        // Who switched camera and microphone off took nothing back.
        if (event.reason === 'tracks-ended') this.#analyse(NO_CONSENT, nowMs);
        else {
          this.#agree(NO_CONSENT);
          this.#analyse(NO_CONSENT, nowMs);
        }
        this.#ended = event.reason;
        return;
      case 'gap':
        this.#gap = event.reason;
        return;
      case 'emotion':
        this.#emotion(event, nowMs);
    }
  }

  /** @param words in which language it is said */
  view(nowMs: number, words: OverlayWords = en): OverlayView {
    const status = this.#status(nowMs);
    const event = this.#event;
    const silentMs = nowMs - this.#heardMs;
    // What was judged by a camera that is off by now is not said any more, nor what nobody stands for any more.
    const stands =
      event?.label !== null && this.#counts(event) && silentMs <= this.#options.staleAfterMs + LAST_RESULT_MS;
    const scores = event && stands && status !== 'unknown' ? (event.smoothed ?? event.scores) : null;
    const top = scores && topOf(scores);
    const certain = event?.uncertain === false;
    const modalities = MODALITIES.map((modality) =>
      modalityView(modality, this.#analysed[modality], event, { sending: this.#sending, stands, words }),
    );
    const situation = {
      ...{ status, connection: this.#connection, modalities, sending: this.#sending, analysed: this.#analysed },
      ...{ silentMs, gap: this.#gap, ended: this.#ended, certain, top, share: scores && top && scores[top] },
    };
    const said = say(situation, words);
    const live = status === 'live';
    const others = live ? (event?.faces ?? []).filter(({ judged }) => !judged) : [];
    return {
      status,
      ...said,
      emotion: status !== 'off' && certain ? top : null,
      bars:
        event &&
        EMOTIONS.map((emotion) => ({ emotion, share: scores && scores[emotion], top: live && emotion === top })),
      trail: scores ? this.#trail : [],
      course: this.#course.view(nowMs),
      modalities,
      analysed: this.#analysed,
      box: live && stands && event?.face.present ? event.face.box : null,
      boxText: others.length > 0 ? said.headline : null,
      faces: others.map((face) => faceView(face, words)),
    };
  }

  /** What is still sent made at least half of it. Words may be typed. */
  #counts(event: EmotionEvent | null): boolean {
    const counted = (modality: Modality) =>
      event?.[modality].present && (modality === 'words' || this.#sending[modality]) ? event[modality].weight : 0;
    return MODALITIES.reduce((sum, modality) => sum + counted(modality), 0) >= HALF;
  }

  #emotion(event: EmotionEvent, nowMs: number): void {
    // On its way when its owner withdrew, as the page knows already.
    if (this.#told && !isConsented(event, this.#analysed)) return;
    // A revision of a window that is no longer shown is of the course alone.
    if (this.#event && event.window.start < this.#event.window.start) return this.#course.push(event, nowMs);
    if (!this.#told) {
      const analysed = (modality: Modality) => event[modality].state !== 'off';
      this.#analysed = { face: analysed('face'), voice: analysed('voice'), words: analysed('words') };
      this.#agreed = this.#analysed;
    }
    const revised = this.#event?.window.start === event.window.start;
    this.#course.push(event, nowMs);
    this.#event = event;
    this.#gap = null;
    this.#ended = null;
    this.#heardMs = nowMs;
    if (event.valence === null || event.arousal === null) return;
    const point = { valence: event.valence, arousal: event.arousal };
    this.#trail = [...(revised ? this.#trail.slice(0, -1) : this.#trail), point].slice(-TRAIL);
  }

  #agree(consent: Consent): void {
    if (isWithdrawal(this.#agreed, consent)) this.#course.forget();
    this.#agreed = { ...consent };
  }

  #analyse(analysed: Consent, nowMs: number): void {
    const before = this.#analysed;
    this.#told = true;
    this.#analysed = { ...analysed };
    if (!isAnything(before) || isWithdrawal(before, analysed)) this.#start(nowMs);
  }

  #start(nowMs: number): void {
    this.#event = null;
    this.#gap = null;
    this.#ended = null;
    this.#trail = [];
    this.#heardMs = nowMs;
  }

  #status(nowMs: number): OverlayStatus {
    if (this.#connection !== 'open') return 'unknown';
    const { face, voice, words } = this.#analysed;
    // Nothing comes that a result could be of, and none is missing.
    if (!words && !(face && this.#sending.face) && !(voice && this.#sending.voice)) return 'off';
    if (nowMs - this.#heardMs > this.#options.staleAfterMs) return 'stale';
    return this.#event ? 'live' : 'starting';
  }
}

function faceView(
  { id, box, scores, smoothed, label, uncertain }: SeenFace,
  { emotions, format }: OverlayWords,
): FaceView {
  const shown = smoothed ?? scores;
  if (!shown || !label) return { id, box, emotion: null, text: '…' };
  const top = topOf(shown);
  const name = format.capital(emotions[top]);
  return uncertain === false ? { id, box, emotion: top, text: name } : { id, box, emotion: null, text: `${name}?` };
}

function topOf(scores: Scores): Emotion {
  return EMOTIONS.reduce((best, emotion) => (scores[emotion] > scores[best] ? emotion : best));
}
