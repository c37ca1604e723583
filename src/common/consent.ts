import { z } from 'zod';

/** What of a participant may be analysed. Browser-safe. */
export const consentSchema = z.strictObject({ face: z.boolean(), voice: z.boolean(), words: z.boolean() });
export type Consent = z.infer<typeof consentSchema>;
export const NO_CONSENT: Consent = { face: false, voice: false, words: false };

export const sourceSchema = z.enum(['camera', 'microphone']);
export type Source = z.infer<typeof sourceSchema>;

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
