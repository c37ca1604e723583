import { WORD_TOKENS, WORDS_WINDOW_MS } from './types.js';

const clamp = (v: number): number => (v > 0 ? Math.min(1, v) : 0);

/** Signal-to-noise ratio that counts as perfect, dB. */
const CLEAN_DB = 30;

/**
 * The figures of VOICE_QUALITY, each 0..1: the signal-to-noise ratio over 30 dB; how much of the trailing voice window is
 * speech; how much of it was received at all.
 */
export function voiceQuality(snrDb: number, speech: number, coverage: number): number[] {
  return [clamp(snrDb / CLEAN_DB), clamp(speech), clamp(coverage)];
}

/**
 * The figures of WORDS_QUALITY, each 0..1: tokens over WORD_TOKENS; 1 for words that end with the window, falling to 0 for
 * words as old as the transcript window.
 * @param ageMs window end less the end of the newest word
 */
export function wordsQuality(count: number, ageMs: number): number[] {
  return [clamp(count / WORD_TOKENS), clamp(1 - ageMs / WORDS_WINDOW_MS)];
}
