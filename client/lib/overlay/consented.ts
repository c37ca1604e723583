import type { Consent } from '../../../src/common/consent.js';
import { MODALITIES } from '../../../src/common/emotions.js';
import type { EmotionEvent } from '../../../src/events/schema.js';

/** Nothing is in the result that its owner does not consent to: it may have been on its way when they withdrew. */
export const isConsented = (event: EmotionEvent, consent: Consent): boolean =>
  MODALITIES.every((modality) => !event[modality].present || consent[modality]);
