import { EMOTIONS, type Emotion } from '../common/emotions.js';

/**
 * Where each emotion lies on the circle of affect, in degrees from pleasure towards arousal. Russell 1980 (table 1, direct
 * circular scaling): happy 7.8, astonished 69.8, angry 99.0, afraid 116.0, sad 207.5. Disgust is not among his words and
 * takes the place between annoyed (123.0) and frustrated (141.0).
 */
const ANGLES: Record<Exclude<Emotion, 'neutral'>, number> = {
  happy: 7.8,
  sad: 207.5,
  angry: 99,
  fearful: 116,
  disgusted: 132,
  surprised: 69.8,
};
/** Full expressions lie inside the circle, so that stronger than the corpora's is still possible. */
const RADIUS = 0.8;

/** Valence and arousal of each emotion, -1..1, in the order of EMOTIONS; neutral is the origin. */
export const AFFECT: readonly (readonly [number, number])[] = EMOTIONS.map((emotion) => {
  if (emotion === 'neutral') return [0, 0];
  const angle = (ANGLES[emotion] * Math.PI) / 180;
  return [RADIUS * Math.cos(angle), RADIUS * Math.sin(angle)];
});

/** Expected valence and arousal of a distribution over EMOTIONS. */
export function affectOf(distribution: ArrayLike<number>): [number, number] {
  let valence = 0;
  let arousal = 0;
  AFFECT.forEach(([v, a], i) => {
    valence += distribution[i]! * v;
    arousal += distribution[i]! * a;
  });
  return [valence, arousal];
}
