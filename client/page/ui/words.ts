import type { Consent, Modality, ServerInfo } from '../../lib/index.js';
import { MODALITIES } from '../../lib/index.js';

export type Speech = ServerInfo['speech'];
/** What the server hears with. */
export type Hearing = Pick<ServerInfo, 'speech' | 'voiceEncoder'>;

/** What each consent means, in plain words. */
export const CONSENT_TEXT: Record<Modality, { name: string; what: string }> = {
  face: { name: 'Face', what: 'The look on your face, from a few camera pictures a second.' },
  voice: { name: 'Voice', what: '' },
  words: { name: 'Words', what: '' },
};

export const SHOW_TEXT = {
  name: 'Show my words',
  what: 'Everyone in the room reads what you say, as subtitles on your picture. Only with Words on.',
};

/** What hears a voice on this server. */
export function voiceText(state: Hearing['voiceEncoder']): string {
  const what = 'How you sound when you speak, from your microphone';
  if (state === 'on') return `${what}; networks that have heard much more speech help, on this server.`;
  if (state === 'unused') return `${what}.`;
  return `${what}, by small networks alone: they err more often than with the help that a server can have.`;
}

/** Where words come from on this server. */
export function wordsText({ state, language }: Speech): string {
  if (state !== 'on') return `What you say, from captions that you type: this server recognises no speech.`;
  const named = language === null ? '' : ` (${languageName(language)})`;
  return `What you say, recognised on this server${named} while Voice is on, too; and captions that you type.`;
}

export function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames(['en'], { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

export const listed = (consent: Consent): string => MODALITIES.filter((modality) => consent[modality]).join(', ');

export const isAny = (consent: Consent): boolean => MODALITIES.some((modality) => consent[modality]);
