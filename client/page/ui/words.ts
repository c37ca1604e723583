import type { Consent, Modality } from '../../lib/index.js';
import { MODALITIES } from '../../lib/index.js';

/** What each consent means, in plain words. */
export const CONSENT_TEXT: Record<Modality, { name: string; what: string }> = {
  face: { name: 'Face', what: 'The look on your face, from a few camera pictures a second.' },
  voice: { name: 'Voice', what: 'How you sound when you speak, from your microphone.' },
  words: { name: 'Words', what: 'What you say, from captions that you type or let your browser write.' },
};

export const listed = (consent: Consent): string => MODALITIES.filter((modality) => consent[modality]).join(', ');

export const isAny = (consent: Consent): boolean => MODALITIES.some((modality) => consent[modality]);
