import type { Emotion, Modality } from '../../src/common/emotions.js';
import { en } from '../lib/overlay/languages/en.js';

const { capital } = en.format;

/** What a report says, in English; its parts are on the call page, too. */
export const ENGLISH = {
  direction: en.direction,
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
  /** What the report alone says. */
  page: {
    modalities: en.modalities,
    people: (count: number) => `${String(count)} people`,
    faces: (count: number) => `${String(count)} faces`,
    judged: (model: string, engine: string) => `${model} on ${engine}`,
    theme: 'Light / dark',
    print: 'Print',
    second: 'At this second',
    all: 'All in all',
    moments: 'Moments',
    said: 'What was said',
    timeline: 'Timeline',
    smoothed: 'smoothed',
    whole: 'Show all of it',
    strip: 'The label of each second; pale: uncertain',
    charts: { emotions: 'Emotions', mood: 'Valence and arousal', counted: 'What counted', quality: 'Quality' },
    valence: 'valence (unpleasant to pleasant)',
    arousal: 'arousal (calm to excited)',
    nothing: 'Nothing to judge by',
    /** After the name of an emotion. */
    uncertain: (emotion: string) => `${emotion}, uncertain`,
    mood: (valence: string, arousal: string) => `valence ${valence}, arousal ${arousal}`,
    /** @param quality null: not known */
    counted: (modality: Modality, weight: string, quality: string | null) =>
      `${en.modalities[modality]} ${weight}${quality === null ? '' : ` (quality ${quality})`}`,
    missing: (title: string) =>
      `${title} is not beside this report, or this browser does not play it: put it there to see and hear it.`,
    foot: (version: string) =>
      `An expression is not a feeling: this is what a face, a voice and words express, as emostream ${version} judges it, second by second. ` +
      'Click a chart to jump there; drag over it to look closer, double-click to see all.',
  },
};

export type PartWords = typeof ENGLISH;
