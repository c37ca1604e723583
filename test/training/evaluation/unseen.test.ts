import { describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../../src/common/emotions.js';
import { answerOf } from '../../../src/training/evaluation/answers.js';
import { briefFigures, bySex, roomFigures, type VoiceAnswer } from '../../../src/training/evaluation/brief-figures.js';
import { forWhom, withoutSection } from '../../../src/training/evaluation/for-whom.js';
import { judgeFolds, judgeLeftOut } from '../../../src/training/evaluation/held-out-sets.js';
import type { VoiceFolds } from '../../../src/training/evaluation/sources.js';
import type { TestFigures } from '../../../src/training/evaluation/test-figures.js';
import { unseenSection } from '../../../src/training/evaluation/unseen-page.js';

/** Says `top` with 0.88. */
const sure = (top: number): number[] => EMOTIONS.map((_, k) => (k === top ? 0.88 : 0.02));
const NOBODY = { face: null, voice: null, words: null };
const answer = (
  clip: number,
  speaker: number,
  label: number,
  top: number,
  threshold: number | null = null,
): VoiceAnswer => ({
  ...answerOf({ group: clip, label, probabilities: sure(top), own: NOBODY }, threshold),
  clip,
  speaker,
});

describe('brief figures', () => {
  it('draw clips, not their seconds: two clips of which one is always wrong may all be wrong', () => {
    const answers = (threshold: number | null) =>
      [0, 1].flatMap((clip) => Array.from({ length: 50 }, () => answer(clip, 301, 1, clip, threshold)));
    const { n, accuracy, ci95, uncertain, certain_accuracy } = briefFigures(answers(0.9));
    expect([n, accuracy, ci95]).toEqual([100, 0.5, [0, 1]]);
    expect([uncertain, certain_accuracy]).toEqual([1, 0]);
    expect(briefFigures(answers(0.5))).toMatchObject({ uncertain: 0, certain_accuracy: 0.5 });
    expect(briefFigures(answers(null))).toMatchObject({ uncertain: null, certain_accuracy: null });
  });

  it('draw speakers where there are ten', () => {
    // Of each speaker all clips are right or all are wrong.
    const answers = Array.from({ length: 100 }, (_, i) => answer(i, 101 + (i % 10), 1, i % 10 < 5 ? 1 : 2));
    const [low, high] = briefFigures(answers).ci95;
    // Five of ten: by speaker about 0.5 ± 0.31, by clip it would be ± 0.1.
    expect(high - low).toBeGreaterThan(0.4);
  });

  it('by sex are told where every speaker’s is known', () => {
    const known = [answer(0, 101, 1, 1), answer(1, 102, 1, 2), answer(2, 102, 1, 1)];
    expect(bySex(known)).toMatchObject({ male: { n: 1, uar: 1 }, female: { n: 2, uar: 0.5 } });
    expect(bySex([...known, answer(3, 10_018, 1, 1)])).toBeUndefined();
    expect(bySex(known.slice(1))).toBeUndefined();
  });

  it('of a room count the clips of which no second was heard', () => {
    const whole = [0, 1, 2, 3].map((clip) => answer(clip, 301, 1, 1));
    const seconds = [0, 0, 2].map((clip) => answer(clip, 301, 1, clip === 2 ? 0 : 1));
    expect(roomFigures(whole, seconds)).toMatchObject({
      clip: { n: 4, uar: 1 },
      second: { n: 3, uar: 0.6667 },
      clips_without_a_second: 0.5,
    });
  });
});

const row = (corpus: 'ravdess' | 'emodb' | 'nemo', speaker: number, label: number, top: number) => ({
  ...{ corpus, speaker, label, fold: 0, probabilities: sure(top) },
});
const leftOut = {
  ...{ command: 'emostream train voice --leave-out-corpus', seed: 1, folds: [[101], [203], [301]] },
  rows: [
    { ...row('ravdess', 101, 1, 1), rooms: { '-70': { probabilities: sure(1), seconds: [sure(1), sure(0)] } } },
    row('ravdess', 102, 0, 1),
    row('emodb', 203, 2, 2),
    row('nemo', 301, 3, 3),
    row('nemo', 307, 4, 3),
  ],
} satisfies VoiceFolds;

describe('corpora left out', () => {
  const results = judgeLeftOut(leftOut);

  it('are judged one by one, by sex and in the rooms in which they were heard', () => {
    expect(Object.keys(results)).toEqual(['ravdess_left_out', 'emodb_left_out', 'nemo_left_out']);
    expect(results['ravdess_left_out']).toMatchObject({
      n: 2,
      uar: 0.5,
      by_sex: { male: { uar: 1 }, female: { uar: 0 } },
      rooms: { '-70': { clip: { n: 1, uar: 1 }, second: { n: 2, uar: 0.5 } } },
    });
    expect(results['emodb_left_out']).not.toHaveProperty('rooms');
    expect(results['nemo_left_out']!.protocol).toMatch(/all 2 speakers, by a network trained on the other 2 corpora/u);
    expect(Object.keys(judgeFolds(leftOut))).toEqual(['ravdess_by_actor', 'emodb_loso', 'nemo_by_speaker']);
  });

  it('have their mean on the page, with its interval, and none where one is missing', () => {
    const page = unseenSection(results, []);
    // 0.5, 1 and 0.5.
    expect(page).toMatch(/mean of the 3: UAR \*\*66\.7 \[/u);
    expect(page).toMatch(/\| ravdess_left_out \| 50\.0 \| 100\.0 \| 50\.0 \[/u);
    const { nemo_left_out, ...two } = results;
    expect(nemo_left_out!.n).toBe(2);
    const without = unseenSection(two, []);
    expect(without).not.toContain('mean of the');
    expect(without).toContain('Leaving a corpus out was **not measured**');
    expect(without).toContain('EmoGator was **not measured**');
  });
});

describe('bursts without words', () => {
  it('are told apart from speech: whose they are, and how often laughter is taken for fear', () => {
    const counts = EMOTIONS.map(() => EMOTIONS.map(() => 0));
    const [happy, fearful] = [EMOTIONS.indexOf('happy'), EMOTIONS.indexOf('fearful')];
    counts[happy]![happy] = 6;
    counts[happy]![fearful] = 1;
    counts[happy]![0] = 1;
    counts[EMOTIONS.indexOf('angry')]![fearful] = 4;
    const results = { emogator_test: { ...judgeLeftOut(leftOut)['ravdess_left_out']!, confusion: counts } };
    const page = unseenSection(results, ['EmoGator']);
    expect(page).toMatch(/\| emogator_test \| other speakers of the corpus; \*\*no speech\*\*/u);
    expect(page).toContain('of 8 laughs and cheers 75.0 % are answered happy and 12.5 % fearful');
    expect(page).toContain('of 4 growls and shouts 0.0 % are answered angry and 100.0 % fearful');
    // Of sobs there are none here.
    expect(page).not.toContain('sobs');
    expect(unseenSection(results, [])).toMatch(/\| emogator_test \| nobody of the corpus/u);
  });
});

describe('for whom weights are', () => {
  it('follows from the corpora that they were trained on', () => {
    expect(forWhom(['FER+', 'RAVDESS', 'GoEmotions', 'RAVDESS'])).toBe(
      '**For whom: research, teaching and private use; not for commercial use.** The FER2013 pictures are for research; RAVDESS is CC BY-NC-SA 4.0, not commercial.',
    );
    expect(forWhom(['GoEmotions', 'MELD', 'CREMA-D'])).toMatch(/commercial use too/u);
    expect(forWhom(['GoEmotions', 'IEMOCAP'])).toMatch(/not for commercial use.*IEMOCAP: by agreement/u);
  });

  it('comes with what leaving each corpus out costs, where it was measured', () => {
    const figure = (values: Partial<TestFigures>): TestFigures => values as TestFigures;
    const section = withoutSection({
      ravdess_by_actor: figure({ uar: 0.65 }),
      ravdess_left_out: figure({ uar: 0.3 }),
      meld_test: figure({ weighted_f1: 0.55 }),
    });
    expect(section).toMatch(/--without ravdess` .* \| 65\.0 \| 30\.0 \| -35\.0 \|/u);
    expect(section).toMatch(/--without meld` .* \| 55\.0 \| not measured \| not measured \|/u);
    for (const name of ['ferplus', 'emodb', 'goemotions']) {
      expect(section).toMatch(new RegExp(`--without ${name}\` .* \\| not measured \\|`, 'u'));
    }
  });
});
