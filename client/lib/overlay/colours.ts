import type { Emotion } from '../../../src/common/emotions.js';

export type Theme = 'light' | 'dark';

/** Of areas; on light deeper ones of the same hues. Whoever tells them apart badly has names, letters and patterns beside them. */
export const EMOTION_COLOURS: Record<Theme, Record<Emotion, string>> = {
  dark: {
    neutral: '#66758c',
    happy: '#ffd23f',
    sad: '#6cb2ff',
    angry: '#ff7468',
    fearful: '#c09bff',
    disgusted: '#86d672',
    surprised: '#ff9d4d',
  },
  light: {
    neutral: '#cfd6e0',
    happy: '#f7c325',
    sad: '#4a97ee',
    angry: '#e4564a',
    fearful: '#9a74e8',
    disgusted: '#5fb44b',
    surprised: '#f28a35',
  },
};
