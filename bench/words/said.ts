import { spreadWords } from '../../src/speech/word-times.js';
import type { Stretch } from '../../src/speech/speech-piece.js';
import type { TimedWord } from '../../src/media/types.js';

const RATE = 16_000;
/** Sound is looked at in pieces of 10 ms. */
const HOP = RATE / 100;
/** Under the loudest by more than this it is silence, dB. */
const SILENT_DB = 35;

/**
 * When the words of a clip are said, ms from its beginning, as far as can be told without knowing what is said where: words take
 * time by their letters, and only while the sound is loud. Nothing of the product's own voice activity is in it.
 */
export function saidWords(text: string, samples: Float32Array): TimedWord[] {
  return spreadWords(text, loudStretches(samples), []);
}

export function loudStretches(samples: Float32Array): Stretch[] {
  const levels = Array.from({ length: Math.floor(samples.length / HOP) }, (_, i) => {
    let power = 0;
    for (let at = i * HOP; at < (i + 1) * HOP; at++) power += (samples[at] ?? 0) ** 2;
    return 10 * Math.log10(power / HOP + 1e-12);
  });
  const limit = Math.max(...levels) - SILENT_DB;
  const out: [number, number][] = [];
  levels.forEach((level, i) => {
    if (level < limit) return;
    const last = out.at(-1);
    if (last && last[1] === i * 10) last[1] = (i + 1) * 10;
    else out.push([i * 10, (i + 1) * 10]);
  });
  return out;
}

export const lengthOf = (stretches: readonly Stretch[]): number =>
  stretches.reduce((sum, [from, to]) => sum + to - from, 0);
