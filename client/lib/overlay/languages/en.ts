import type { Emotion, Modality } from '../../../../src/common/emotions.js';
import type { GapReason } from '../../../../src/common/gap-reasons.js';
import { formats } from './formats.js';

// "face, voice and words", without a comma before the last.
const format = formats('en-GB');
const { likelihood, together } = format;

const modalities: Record<Modality, string> = { face: 'face', voice: 'voice', words: 'words' };

export type Direction = 'ltr' | 'rtl';

/** All that the overlay says, in English. Other languages have the same keys; emotions and sources stand in lower case, for within a sentence. */
export const en = {
  format,
  direction: 'ltr' as Direction,
  emotions: {
    ...{ neutral: 'neutral', happy: 'happy', sad: 'sad', angry: 'angry' },
    ...{ fearful: 'fearful', disgusted: 'disgusted', surprised: 'surprised' },
  } satisfies Record<Emotion, string> as Record<Emotion, string>,
  /** Beside colour and pattern, for who tells colours apart badly: one sign each, no two the same. "!" because S is for sad. */
  letters: {
    ...{ neutral: 'N', happy: 'H', sad: 'S', angry: 'A', fearful: 'F', disgusted: 'D', surprised: '!' },
  } satisfies Record<Emotion, string> as Record<Emotion, string>,
  modalities,
  badge: { on: 'Analysis on', off: 'Analysis off', unknown: 'Analysis not known' },
  /** Of the panel, for screen readers. */
  emotionOf: (name: string | null) => (name ? `Emotion of ${name}` : 'Emotion'),
  saidBy: (name: string | null) => (name ? `What ${name} says` : 'What is said'),
  bars: 'How likely each expression is, by this estimate',
  estimate:
    'An estimate by the last seconds: how likely each expression is, of these seven. An expression is not a feeling.',
  sources: 'What the result is judged by',
  weight: 'How much each counted in the result, which says nothing about how sure it is.',
  judgedBy: 'judged by',
  /** How much a source counted. Its weight is no proof of anything, so that it is no number. */
  amounts: { alone: 'alone', mostly: 'mostly', partly: 'partly', little: 'a little' },
  lastMinute: 'The last minute',
  /** The course in a sentence, for who does not see it. */
  course: {
    none: 'no results',
    /** @param unsure of the seconds, so many are guesses */
    sure: (emotion: string, seconds: number, unsure: number) =>
      `${emotion} ${seconds} s${unsure > 0 ? `, ${unsure} s of it uncertain` : ''}`,
    perhaps: (emotion: string, seconds: number) => `perhaps ${emotion} ${seconds} s`,
    blank: (seconds: number) => `nothing to judge by ${seconds} s`,
  },
  mood: {
    unknown: 'Mood: not known',
    known: (pleasure: string, excitement: string, valence: string, arousal: string) =>
      `Mood: ${pleasure}, ${excitement} (valence ${valence}, arousal ${arousal})`,
    ...{ pleasant: 'pleasant', unpleasant: 'unpleasant', noPleasure: 'neither pleasant nor unpleasant' },
    ...{ excited: 'excited', calm: 'calm', noExcitement: 'neither calm nor excited' },
  },
  unknown: {
    lost: { headline: 'Connection lost', detail: 'whether anything is analysed is not known' },
    silent: { headline: 'Waiting for the server', detail: 'nothing was heard from it for a while' },
  },
  off: { headline: 'Analysis off', detail: 'nothing is analysed' },
  starting: { headline: 'Starting', detail: 'the first result comes in a moment' },
  stale: {
    headline: 'No new result',
    late: 'the analysis is late',
    /** @param why as in `gaps` */
    detail: (why: string, seconds: number) => `${why}, ${seconds} s by now`,
  },
  unsure: {
    headline: 'Not sure',
    detail: (emotion: string, share: number) => `perhaps ${emotion}, ${likelihood(share)} likely`,
  },
  /** Under the emotion's name. */
  likely: (share: number, by: readonly Modality[]) =>
    `${likelihood(share)} likely, by ${together(by.map((each) => modalities[each]))}`,
  dark: { headline: 'Camera and microphone off', detail: 'nothing to judge by' },
  nothing: 'Nothing to judge by',
  gaps: {
    overloaded: 'the server is too busy',
    'engine-failed': 'the analysis failed',
    'analysis-restarted': 'the analysis restarts',
    'consent-changed': 'what is analysed was changed',
  } satisfies Record<GapReason, string> as Record<GapReason, string>,
  /** Why somebody's analysis ended. */
  ends: {
    left: 'left the call',
    'tracks-ended': 'camera and microphone off',
    'timed-out': 'connection lost',
    removed: 'removed from the call',
    'token-expired': 'the access ended',
    failed: 'the analysis failed',
    'worker-died': 'the server restarts the call',
    'consent-withdrawn': 'nothing is analysed',
    'server-closing': 'the server stops',
  },
  /** Of one source, with little room. `off`: its device; `absent`: there is nothing to see or hear. */
  sourceStates: {
    face: { unanalysed: 'off', off: 'camera off', stalled: 'no picture', absent: 'no face' },
    voice: { unanalysed: 'off', off: 'mic off', stalled: 'no sound', absent: 'silent' },
    words: { unanalysed: 'off', off: 'off', stalled: 'no words', absent: 'no words' },
  },
  /** Said of what is missing, where it is all that is said. */
  missing: {
    face: { off: 'camera off', stalled: 'no picture comes', absent: 'no face seen' },
    voice: { off: 'microphone off', stalled: 'no sound comes', absent: 'no voice heard' },
    words: { off: 'no words', stalled: 'no words', absent: 'no words' },
  },
};

/** What an overlay says, in some language. */
export type OverlayWords = typeof en;
