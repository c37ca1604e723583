import { type Consent, isAnything } from '../../../src/common/consent.js';
import type { Emotion, Modality } from '../../../src/common/emotions.js';
import type { EmotionEvent } from '../../../src/events/schema.js';
import type { OverlayWords } from './languages/en.js';

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

/** How much a source counted. Its weight is no proof of anything, so that it is no number. */
function amount(weight: number, { amounts }: OverlayWords): string {
  if (weight >= 0.995) return amounts.alone;
  if (weight >= 0.6) return amounts.mostly;
  return weight >= 0.25 ? amounts.partly : amounts.little;
}

export interface Situation {
  status: OverlayStatus;
  connection: OverlayConnection;
  modalities: readonly ModalityView[];
  sending: Sending;
  analysed: Consent;
  /** Since the last result, or since analysis began. */
  silentMs: number;
  /** Why results fail to come, and why the analysis ended, as events name it. */
  gap: string | null;
  ended: string | null;
  certain: boolean;
  /** The likeliest, and how likely it is; null: there is nothing to judge by. */
  top: Emotion | null;
  share: number | null;
}

/** What is said of somebody, in words that claim no more than is known. */
export function say(now: Situation, words: OverlayWords): { headline: string; detail: string } {
  switch (now.status) {
    case 'unknown':
      return now.connection === 'lost' ? words.unknown.lost : words.unknown.silent;
    case 'off':
      if (isAnything(now.analysed)) return nothing(now, words);
      // A later server has other reasons, too.
      return { ...words.off, ...(isKey(words.ends, now.ended) && { detail: words.ends[now.ended] }) };
    case 'starting':
      return words.starting;
    case 'stale': {
      const { headline, late, detail } = words.stale;
      const why = isKey(words.gaps, now.gap) ? words.gaps[now.gap] : late;
      return { headline, detail: detail(why, Math.round(now.silentMs / 1000)) };
    }
    case 'live':
      return now.top && now.share !== null ? named(now, now.top, now.share, words) : nothing(now, words);
  }
}

const isKey = <T extends object>(of: T, key: string | null): key is keyof T & string =>
  key !== null && Object.hasOwn(of, key);

function named(
  { certain, modalities }: Situation,
  top: Emotion,
  share: number,
  words: OverlayWords,
): { headline: string; detail: string } {
  const { unsure, emotions, likely, format } = words;
  if (!certain) return { headline: unsure.headline, detail: unsure.detail(emotions[top], share) };
  const by = modalities.filter(({ state }) => state === 'present').map(({ modality }) => modality);
  return { headline: format.capital(emotions[top]), detail: likely(share, by) };
}

function nothing(
  { sending, analysed, modalities }: Situation,
  words: OverlayWords,
): { headline: string; detail: string } {
  if (!sending.face && !sending.voice) return words.dark;
  // Without words there is nothing odd; they are named where nothing else is analysed.
  const why = modalities
    .filter(({ modality }) => analysed[modality] && (modality !== 'words' || !(analysed.face || analysed.voice)))
    .flatMap(({ modality, state }) => (state === 'present' ? [] : [words.missing[modality][state]]));
  return { headline: words.nothing, detail: words.format.listed(why) };
}

/**
 * What is said of one source: why it tells nothing, or how much it counted.
 * @param stands the result still stands
 */
export function modalityView(
  modality: Modality,
  analysed: boolean,
  event: EmotionEvent | null,
  { sending, stands, words }: { sending: Sending; stands: boolean; words: OverlayWords },
): ModalityView {
  const states = words.sourceStates[modality];
  if (!analysed) return { modality, state: 'off', weight: 0, text: states.unanalysed };
  const switchedOff = modality !== 'words' && !sending[modality];
  if (switchedOff) return { modality, state: 'off', weight: 0, text: states.off };
  if (!event) return { modality, state: 'absent', weight: 0, text: '…' };
  const { state, present, weight } = event[modality];
  if (present && !stands) return { modality, state: 'absent', weight: 0, text: '–' };
  if (present) return { modality, state: 'present', weight, text: amount(weight, words) };
  // Words come now and then by nature: a second without any is nothing to worry about.
  if (state === 'live' || (modality === 'words' && state === 'stalled')) {
    return { modality, state: 'absent', weight: 0, text: states.absent };
  }
  return state === 'off'
    ? { modality, state: 'off', weight: 0, text: states.off }
    : { modality, state: 'stalled', weight: 0, text: states.stalled };
}
