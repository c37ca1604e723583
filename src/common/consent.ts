import { z } from 'zod';

/** What of a participant may be analysed. Browser-safe. */
export const consentSchema = z.strictObject({ face: z.boolean(), voice: z.boolean(), words: z.boolean() });
export type Consent = z.infer<typeof consentSchema>;
export const NO_CONSENT: Consent = { face: false, voice: false, words: false };

export const sourceSchema = z.enum(['camera', 'microphone']);
export type Source = z.infer<typeof sourceSchema>;
