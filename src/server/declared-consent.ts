import { type Agreement, NO_CONSENT } from '../common/consent.js';
import { EmostreamError } from '../common/errors.js';

/** Longest text that can mean something. */
const MAX_CHARACTERS = 64;
const SHOW_WORDS = 'show-words';

/**
 * Consent as one line of text, in the claim `consent` of a token or the header `Emostream-Consent`: `given` (to all three), or some of
 * `face`, `voice`, `words` and `show-words`, parted by spaces or commas; `none`.
 * @throws EmostreamError BAD_MESSAGE
 */
export function parseConsent(text: string): Agreement {
  const words =
    text.length <= MAX_CHARACTERS
      ? text
          .toLowerCase()
          .split(/[\s,]+/)
          .filter(Boolean)
      : ['?'];
  const agreement = { consent: { ...NO_CONSENT }, showWords: false };
  for (const word of words) {
    if (word === 'given') agreement.consent = { face: true, voice: true, words: true };
    else if (word === SHOW_WORDS) agreement.showWords = true;
    else if (word === 'face' || word === 'voice' || word === 'words') agreement.consent[word] = true;
    else if (word !== 'none' || words.length > 1) {
      throw new EmostreamError(
        'BAD_MESSAGE',
        `consent: "given", "none", or some of "face", "voice", "words" and "${SHOW_WORDS}"`,
      );
    }
  }
  return { ...agreement, showWords: agreement.showWords && agreement.consent.words };
}

/** What `parseConsent` reads as the same. */
export function formatConsent({ consent, showWords }: Agreement): string {
  const words = (['face', 'voice', 'words'] as const).filter((modality) => consent[modality]);
  return [...words, ...(showWords && consent.words ? [SHOW_WORDS] : [])].join(' ') || 'none';
}
