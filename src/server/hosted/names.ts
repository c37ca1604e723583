import { EMOTIONS, type Emotion } from '../../common/emotions.js';

/** Our seven emotions under the names of the hosted API. Nothing else of its names is measured here, and none is made of these. */
const NAMES: Record<Emotion, string> = {
  neutral: 'neutral',
  happy: 'joy',
  sad: 'sadness',
  angry: 'anger',
  fearful: 'fear',
  disgusted: 'disgust',
  // Not parted into a good and a bad one, as there.
  surprised: 'surprise',
};

/** Lower scores are left out, as there of faces. */
const CUTOFF = 0.1;
/** As there. */
const round = (value: number): number => Math.round(value * 1e4) / 1e4;

/** Scores above the cutoff, the highest first. @param probabilities over EMOTIONS */
export function expressions(probabilities: readonly number[]): { name: string; probability: number }[] {
  return named(probabilities)
    .filter(({ probability }) => probability > CUTOFF)
    .sort((a, b) => b.probability - a.probability || a.name.localeCompare(b.name));
}

/** All of them, in capitals, as the API of old had them. */
export function emotions(probabilities: readonly number[]): { name: string; score: number }[] {
  return named(probabilities).map(({ name, probability }) => ({
    name: name[0]!.toUpperCase() + name.slice(1),
    score: probability,
  }));
}

const named = (probabilities: readonly number[]) =>
  EMOTIONS.map((emotion, i) => ({ name: NAMES[emotion], probability: round(probabilities[i] ?? 0) }));
