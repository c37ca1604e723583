import type { Consent } from '../../../src/common/consent.js';
import type { Emotion, Modality } from '../../../src/common/emotions.js';
import type { GapReason } from '../../../src/common/gap-reasons.js';
import type { EmotionEvent } from '../../../src/events/schema.js';

/**
 * `off`: nothing is analysed. `starting`: consent is given, no result yet. `live`: results come.
 * `stale`: they should come and do not. `unknown`: nothing is heard of the server, so that nothing can be said.
 */
export type OverlayStatus = 'off' | 'starting' | 'live' | 'stale' | 'unknown';

/** How the page stands to the server: `unknown`: it was expected to say something and did not; `lost`: there is no connection. */
export type OverlayConnection = 'open' | 'unknown' | 'lost';

/** Whether camera and microphone are switched on, where the page knows it: events tell only that no media come. */
export interface Sending {
  face: boolean;
  voice: boolean;
}

export interface ModalityView {
  modality: Modality;
  /** `off`: not analysed or no track; `stalled`: no media comes; `absent`: nothing to see or hear; `present`: it counted. */
  state: 'off' | 'stalled' | 'absent' | 'present';
  /** Share in the result, 0..1; 0 unless present. How much it counted, not how sure it is. */
  weight: number;
  /** The state, or how much it counted, in a word or two. */
  text: string;
}

// A later server has other reasons, too.
const GAPS: Record<string, string> = {
  overloaded: 'the server is too busy',
  'engine-failed': 'the analysis failed',
  'analysis-restarted': 'the analysis restarts',
  'consent-changed': 'what is analysed was changed',
} satisfies Record<GapReason, string>;

export const ENDS: Record<string, string> = {
  left: 'left the call',
  'tracks-ended': 'camera and microphone off',
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

/** Said of what is missing, where it is all that is said. */
const MISSING: Record<Modality, Record<'off' | 'stalled' | 'absent', string>> = {
  face: { off: 'camera off', stalled: 'no picture comes', absent: 'no face seen' },
  voice: { off: 'microphone off', stalled: 'no sound comes', absent: 'no voice heard' },
  words: { off: 'no words', stalled: 'no words', absent: 'no words' },
};

/** A share as people read it. No estimate is ever quite sure. */
export const percent = (share: number): string => (share >= 0.995 ? '> 99 %' : `${Math.round(share * 100)} %`);
export const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

const list = (parts: readonly string[], and: string): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} ${and} ${parts.at(-1)!}`;

/** How much a source counted. Its weight is no proof of anything, so that it is no number. */
function amount(weight: number): string {
  if (weight >= 0.995) return 'alone';
  if (weight >= 0.6) return 'mostly';
  return weight >= 0.25 ? 'partly' : 'a little';
}

export interface Situation {
  status: OverlayStatus;
  connection: OverlayConnection;
  modalities: readonly ModalityView[];
  sending: Sending;
  analysed: Consent;
  /** Since the last result, or since analysis began. */
  silentMs: number;
  gap: string | null;
  ended: string | null;
  certain: boolean;
  /** The likeliest, and how likely it is; null: there is nothing to judge by. */
  top: Emotion | null;
  share: number | null;
}

/** What is said of somebody, in words that claim no more than is known. */
export function say(now: Situation): { headline: string; detail: string } {
  switch (now.status) {
    case 'unknown':
      return now.connection === 'lost'
        ? { headline: 'Connection lost', detail: 'whether anything is analysed is not known' }
        : { headline: 'Waiting for the server', detail: 'nothing was heard from it for a while' };
    case 'off':
      return { headline: 'Analysis off', detail: now.ended ?? 'nothing is analysed' };
    case 'starting':
      return { headline: 'Starting', detail: 'the first result comes in a moment' };
    case 'stale':
      return {
        headline: 'No new result',
        detail: `${(now.gap && GAPS[now.gap]) ?? 'the analysis is late'}, ${Math.round(now.silentMs / 1000)} s by now`,
      };
    case 'live':
      return now.top && now.share !== null ? named(now, now.top, now.share) : nothing(now);
  }
}

function named({ certain, modalities }: Situation, top: Emotion, share: number): { headline: string; detail: string } {
  if (!certain) return { headline: 'Not sure', detail: `perhaps ${top}, ${percent(share)} likely` };
  const by = modalities.filter(({ state }) => state === 'present').map(({ modality }) => modality);
  return { headline: capital(top), detail: `${percent(share)} likely, by ${list(by, 'and')}` };
}

function nothing({ sending, analysed, modalities }: Situation): { headline: string; detail: string } {
  const off = [...(sending.face ? [] : ['camera']), ...(sending.voice ? [] : ['microphone'])];
  if (off.length === 2) return { headline: 'Camera and microphone off', detail: 'nothing to judge by' };
  // Without words there is nothing odd; they are named where nothing else is analysed.
  const why = modalities
    .filter(({ modality }) => analysed[modality] && (modality !== 'words' || !(analysed.face || analysed.voice)))
    .flatMap(({ modality, state }) => (state === 'present' ? [] : [MISSING[modality][state]]));
  return { headline: 'Nothing to judge by', detail: why.join(', ') };
}

/**
 * What is said of one source: why it tells nothing, or how much it counted.
 * @param stands the result still stands
 */
export function modalityView(
  modality: Modality,
  analysed: boolean,
  event: EmotionEvent | null,
  sending: Sending,
  stands: boolean,
): ModalityView {
  const words = WORDLESS[modality];
  if (!analysed) return { modality, state: 'off', weight: 0, text: words.unanalysed };
  const switchedOff = modality !== 'words' && !sending[modality];
  if (switchedOff) return { modality, state: 'off', weight: 0, text: words.off };
  if (!event) return { modality, state: 'absent', weight: 0, text: '…' };
  const { state, present, weight } = event[modality];
  if (present && !stands) return { modality, state: 'absent', weight: 0, text: '–' };
  if (present) return { modality, state: 'present', weight, text: amount(weight) };
  // Words come now and then by nature: a second without any is nothing to worry about.
  if (state === 'live' || (modality === 'words' && state === 'stalled')) {
    return { modality, state: 'absent', weight: 0, text: words.absent };
  }
  return state === 'off'
    ? { modality, state: 'off', weight: 0, text: words.off }
    : { modality, state: 'stalled', weight: 0, text: words.stalled };
}
