import type { Emotion, Modality } from '../../src/common/emotions.js';
import { en } from '../lib/overlay/languages/en.js';

const { capital } = en.format;

/** What the parts say that the report and the call page share, in English; the page has them in other languages, too. */
export const ENGLISH = {
  format: en.format,
  emotions: en.emotions,
  /** One of several faces before a camera. @param of whose camera; null: there is only one */
  face: (number: string, of: string | null) => (of === null ? `face ${number}` : `${of}, face ${number}`),
  moments: {
    none: 'Nothing stands out.',
    strongest: (emotion: Emotion) => `Most ${en.emotions[emotion]}`,
    change: (before: Emotion, after: Emotion) => `${capital(en.emotions[before])} gives way to ${en.emotions[after]}`,
    /** @param share of what is likely, formatted */
    changed: (share: string) => `${share} changes`,
    quoted: (words: string) => `“${words}”`,
  },
  overview: {
    nothing: 'nothing to judge by',
    uncertain: 'of the labels uncertain',
    valence: 'valence, mean',
    arousal: 'arousal, mean',
    /** After a share of the time. */
    without: {
      face: 'of the time nobody seen',
      voice: 'of the time nobody heard',
      words: 'of the time no words',
    } satisfies Record<Modality, string> as Record<Modality, string>,
  },
};

export type PartWords = typeof ENGLISH;
