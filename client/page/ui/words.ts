import type { Consent, ServerInfo } from '../../lib/index.js';
import { MODALITIES } from '../../lib/index.js';
import { languageTag, t } from '../languages/current.js';

export type Speech = ServerInfo['speech'];
/** What the server hears with. */
export type Hearing = Pick<ServerInfo, 'speech' | 'voiceEncoder'>;

/** What hears a voice on this server. */
export const voiceText = (state: Hearing['voiceEncoder']): string =>
  t().consent.voice(state === 'on' ? 'on' : state === 'unused' ? 'unused' : 'none');

/** Where words come from on this server. */
export function wordsText({ state, language }: Speech): string {
  const { wordsTyped, wordsHeard } = t().consent;
  return state === 'on' ? wordsHeard(language && languageName(language)) : wordsTyped;
}

export function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames([languageTag()], { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

export const isAny = (consent: Consent): boolean => MODALITIES.some((modality) => consent[modality]);
