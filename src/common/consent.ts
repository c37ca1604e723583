import { z } from 'zod';

/** What of a participant may be analysed. Browser-safe. */
export const consentSchema = z.strictObject({ face: z.boolean(), voice: z.boolean(), words: z.boolean() });
export type Consent = z.infer<typeof consentSchema>;
export const NO_CONSENT: Consent = { face: false, voice: false, words: false };

/** All that a person agreed to: what may be analysed, and whether those in the room may read their words. */
export interface Agreement {
  consent: Consent;
  /** Only of words that are analysed. */
  showWords: boolean;
}
export const NO_AGREEMENT: Agreement = { consent: NO_CONSENT, showWords: false };

/** What is analysed where its owner consents. */
export const sourceSchema = z.enum(['camera', 'microphone']);
export type Source = z.infer<typeof sourceSchema>;

/** What people send to each other. A screen is never analysed: everything on the way to analysis takes a `Source`, which has none. */
export const SENT_SOURCES = ['camera', 'microphone', 'screen'] as const;
export const sentSourceSchema = z.enum(SENT_SOURCES);
export type SentSource = z.infer<typeof sentSourceSchema>;
export const isAnalysable = (source: string): source is Source => sourceSchema.safeParse(source).success;

/** Something that was consented to is no longer. */
export const isWithdrawal = (before: Consent, after: Consent): boolean =>
  (before.face && !after.face) || (before.voice && !after.voice) || (before.words && !after.words);

export const isAnything = (consent: Consent): boolean => consent.face || consent.voice || consent.words;

/** What both allow. */
export function bothConsent(one: Consent, other: Consent): Consent {
  return { face: one.face && other.face, voice: one.voice && other.voice, words: one.words && other.words };
}

export function sameConsent(one: Consent, other: Consent): boolean {
  return one.face === other.face && one.voice === other.voice && one.words === other.words;
}

/** What both allow. Words that are not analysed are not shown either. */
export function bothAgreements(one: Agreement, other: Agreement): Agreement {
  const consent = bothConsent(one.consent, other.consent);
  return { consent, showWords: one.showWords && other.showWords && consent.words };
}

export function sameAgreement(one: Agreement, other: Agreement): boolean {
  return sameConsent(one.consent, other.consent) && one.showWords === other.showWords;
}
