import { type Consent, isAnything, isWithdrawal, NO_CONSENT } from '../../../src/common/consent.js';
import { type Emotion, EMOTIONS, MODALITIES, type Modality } from '../../../src/common/emotions.js';
import type { GapReason } from '../../../src/common/gap-reasons.js';
import type { EmotionEvent, GapEvent, RoomEvent, Scores, SeenFace } from '../../../src/events/schema.js';
import type { Rect } from './box.js';

/**
 * `off`: nothing is analysed. `starting`: consent is given, no result yet. `live`: results come.
 * `stale`: they should come and do not.
 */
export type OverlayStatus = 'off' | 'starting' | 'live' | 'stale';

export interface Bar {
  emotion: Emotion;
  /** 0..1 */
  share: number;
  top: boolean;
}

export interface ModalityView {
  modality: Modality;
  /** `off`: not analysed or no track; `stalled`: no media comes; `absent`: nothing to see or hear; `present`: it counted. */
  state: 'off' | 'stalled' | 'absent' | 'present';
  /** Share in the result, 0..1; 0 unless present. */
  weight: number;
  /** The state in a word or two, or the share in percent. */
  text: string;
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

/** Whether camera and microphone are switched on, where the page knows it: events tell only that no media come. */
export interface Sending {
  face: boolean;
  voice: boolean;
}

export interface OverlayModelOptions {
  /** Without an event for this long, the last one is shown as out of date, ms. */
  staleAfterMs: number;
}

/** Points of the valence/arousal plot that are kept. */
const TRAIL = 6;

// A later server has other reasons, too.
const GAPS: Record<string, string> = {
  overloaded: 'the server is too busy',
  'engine-failed': 'the analysis failed',
  'analysis-restarted': 'the analysis restarts',
  'consent-changed': 'what is analysed was changed',
} satisfies Record<GapReason, string>;

const ENDS: Record<string, string> = {
  left: 'left the call',
  'timed-out': 'connection lost',
  removed: 'removed from the call',
  'token-expired': 'the access ended',
  failed: 'the analysis failed',
  'worker-died': 'the server restarts the call',
  'consent-withdrawn': 'nothing is analysed',
  'server-closing': 'the server stops',
};

const WORDLESS: Record<Modality, Record<'unanalysed' | 'off' | 'stalled' | 'absent', string>> = {
  face: { unanalysed: 'off', off: 'camera off', stalled: 'no picture', absent: 'no face' },
  voice: { unanalysed: 'off', off: 'mic off', stalled: 'no sound', absent: 'silent' },
  words: { unanalysed: 'off', off: 'off', stalled: 'no words', absent: 'no words' },
};

export const percent = (share: number): string => `${Math.round(share * 100)} %`;
export const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** What an overlay knows of one participant and how it says it. Pure: events and times come in, a view goes out. */
export class OverlayModel {
  readonly #options: OverlayModelOptions;
  #analysed: Consent = NO_CONSENT;
  /** Whether the call or an event said what is analysed. One who subscribes late did not hear the beginning. */
  #told = false;
  #sending: Sending = { face: true, voice: true };
  #event: EmotionEvent | null = null;
  #gap: GapEvent['reason'] | null = null;
  #ended: string | null = null;
  #heardMs = Number.NEGATIVE_INFINITY;
  #trail: Point[] = [];

  constructor(options: OverlayModelOptions) {
    this.#options = options;
  }

  /** What is analysed, as the call says it; `begin` and `end` events say it too. */
  setAnalysed(analysed: Consent, nowMs: number): void {
    const before = this.#analysed;
    this.#told = true;
    this.#analysed = { ...analysed };
    // A result holds a part of everything that it was made of: with one of them gone, nothing of it is shown any more.
    if (!isAnything(before) || isWithdrawal(before, analysed)) this.#start(nowMs);
  }

  setSending(sending: Sending): void {
    this.#sending = { ...sending };
  }

  push(event: RoomEvent, nowMs: number): void {
    switch (event.type) {
      case 'begin':
        return this.setAnalysed(event.analysed, nowMs);
      case 'end':
        this.setAnalysed(NO_CONSENT, nowMs);
        this.#ended = ENDS[event.reason] ?? null;
        return;
      case 'gap':
        this.#gap = event.reason;
        return;
      case 'emotion':
        this.#emotion(event, nowMs);
    }
  }

  view(nowMs: number): OverlayView {
    const status = this.#status(nowMs);
    const event = this.#event;
    const scores = event ? (event.smoothed ?? event.scores) : null;
    const present = scores !== null && event?.label !== null;
    const top = scores ? topOf(scores) : null;
    const certain = present && event?.uncertain === false;
    const words = this.#say(status, present ? scores : null, top, certain);
    const others = status === 'live' ? (event?.faces ?? []).filter(({ judged }) => !judged) : [];
    return {
      status,
      ...words,
      emotion: status !== 'off' && certain ? top : null,
      bars: scores && EMOTIONS.map((emotion) => ({ emotion, share: scores[emotion], top: present && emotion === top })),
      trail: this.#trail,
      modalities: MODALITIES.map((modality) => modalityView(modality, this.#analysed[modality], event, this.#sending)),
      analysed: this.#analysed,
      box: status === 'live' && event?.face.present ? event.face.box : null,
      boxText: others.length > 0 ? words.headline : null,
      faces: others.map(faceView),
    };
  }

  #emotion(event: EmotionEvent, nowMs: number): void {
    // On its way when its owner withdrew, as the page knows already.
    const stale = MODALITIES.some((modality) => event[modality].present && !this.#analysed[modality]);
    if (this.#told && stale) return;
    // A revision of a window that is no longer shown is for the record, not for the eye.
    if (this.#event && event.window.start < this.#event.window.start) return;
    if (!this.#told) {
      const analysed = (modality: Modality) => event[modality].state !== 'off';
      this.#analysed = { face: analysed('face'), voice: analysed('voice'), words: analysed('words') };
    }
    const revised = this.#event?.window.start === event.window.start;
    this.#event = event;
    this.#gap = null;
    this.#ended = null;
    this.#heardMs = nowMs;
    if (event.valence === null || event.arousal === null) return;
    const point = { valence: event.valence, arousal: event.arousal };
    this.#trail = [...(revised ? this.#trail.slice(0, -1) : this.#trail), point].slice(-TRAIL);
  }

  #start(nowMs: number): void {
    this.#forget();
    this.#heardMs = nowMs;
  }

  #forget(): void {
    this.#event = null;
    this.#gap = null;
    this.#ended = null;
    this.#trail = [];
  }

  #status(nowMs: number): OverlayStatus {
    if (!isAnything(this.#analysed)) return 'off';
    if (nowMs - this.#heardMs > this.#options.staleAfterMs) return 'stale';
    return this.#event ? 'live' : 'starting';
  }

  #say(
    status: OverlayStatus,
    scores: Scores | null,
    top: Emotion | null,
    certain: boolean,
  ): { headline: string; detail: string } {
    if (status === 'off') return { headline: 'Analysis off', detail: this.#ended ?? 'nothing is analysed' };
    if (status === 'starting') return { headline: 'Starting', detail: 'the first result comes in a moment' };
    if (status === 'stale') {
      return { headline: 'No news', detail: (this.#gap && GAPS[this.#gap]) ?? 'waiting for the analysis' };
    }
    if (!scores || !top) return { headline: 'Nothing to go by', detail: 'no face, voice or words right now' };
    if (!certain) return { headline: 'Not sure', detail: `closest: ${top}, ${percent(scores[top])}` };
    // No estimate is ever quite sure.
    return { headline: capital(top), detail: `${percent(Math.min(scores[top], 0.99))} sure` };
  }
}

function faceView({ id, box, scores, smoothed, label, uncertain }: SeenFace): FaceView {
  const shown = smoothed ?? scores;
  if (!shown || !label) return { id, box, emotion: null, text: '…' };
  const top = topOf(shown);
  return uncertain === false
    ? { id, box, emotion: top, text: capital(top) }
    : { id, box, emotion: null, text: `${capital(top)}?` };
}

function topOf(scores: Scores): Emotion {
  return EMOTIONS.reduce((best, emotion) => (scores[emotion] > scores[best] ? emotion : best));
}

function modalityView(
  modality: Modality,
  analysed: boolean,
  event: EmotionEvent | null,
  sending: Sending,
): ModalityView {
  const words = WORDLESS[modality];
  if (!analysed) return { modality, state: 'off', weight: 0, text: words.unanalysed };
  if (!event) return { modality, state: 'absent', weight: 0, text: '…' };
  const { state, present, weight } = event[modality];
  if (present) return { modality, state: 'present', weight, text: percent(weight) };
  // Words come now and then by nature: a second without any is nothing to worry about.
  if (state === 'live' || (modality === 'words' && state === 'stalled')) {
    return { modality, state: 'absent', weight: 0, text: words.absent };
  }
  const off = state === 'off' || (modality !== 'words' && !sending[modality]);
  return off
    ? { modality, state: 'off', weight: 0, text: words.off }
    : { modality, state: 'stalled', weight: 0, text: words.stalled };
}
