import { describe, expect, it } from 'vitest';
import type { HeldOutClip } from '../../src/training/held-out-clips.js';
import { leftOutAnswers } from '../../src/training/left-out-answers.js';

const window = (value: number) => [value, 0, 0, 0, 0, 0, 0];
const clips = (corpus: HeldOutClip['corpus'], count: number, first: number): HeldOutClip[] =>
  Array.from({ length: count }, (_, i) => ({
    ...{ corpus, speaker: 1, label: i % 7, fold: 0 },
    windows: [window(-1), window(first + i)],
    without: { windows: [window(1000 + first + i)] },
  }));
const firsts = (logits: Float32Array) => Array.from({ length: logits.length / 7 }, (_, i) => logits[7 * i]);

describe('answers to corpora left out', () => {
  it('are as many of each corpus, spread evenly over it, of the window that ends with the clip', () => {
    const { voiceHeard } = leftOutAnswers([...clips('ravdess', 100, 0), ...clips('nemo', 10, 500)], 20);
    expect(firsts(voiceHeard.logits)).toHaveLength(20);
    expect(firsts(voiceHeard.logits).slice(0, 10)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
    expect(firsts(voiceHeard.logits).slice(10)).toEqual(Array.from({ length: 10 }, (_, i) => 500 + i));
    expect(voiceHeard.labels.slice(0, 3)).toEqual([0, 3, 6]);
  });

  it('are told with the encoders and without, the latter where there are such', () => {
    const known = clips('emodb', 2, 0);
    const { voice, voiceHeard } = leftOutAnswers([known[0]!, { ...known[1]!, without: undefined }], 10);
    expect(firsts(voice.logits)).toEqual([1000]);
    expect([voice.labels, voiceHeard.labels]).toEqual([[0], [0, 1]]);
  });
});
