import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrated, type HeldOutClip } from '../../src/training/held-out-clips.js';
import { Rng } from '../../src/training/rng.js';
import { speakerFolds } from '../../src/training/splits.js';

const ACTORS = Array.from({ length: 20 }, (_, i) => 101 + i);
const EMODB = [203, 208, 209, 210, 211, 212, 213, 214, 215, 216];

describe('folds of speakers', () => {
  it('hold out a man and a woman of RAVDESS and one speaker of EMO-DB each', () => {
    const folds = speakerFolds([...ACTORS, ...ACTORS, ...EMODB]);
    expect(folds).toHaveLength(10);
    for (const fold of folds) {
      const actors = fold.filter((speaker) => speaker < 200);
      expect(actors.map((actor) => actor % 2).sort()).toEqual([0, 1]);
      expect(fold.filter((speaker) => speaker >= 200)).toHaveLength(1);
    }
  });

  it('leave one speaker of EMO-DB out where there is no RAVDESS', () => {
    expect(speakerFolds(EMODB)).toEqual(EMODB.map((speaker) => [speaker]));
  });

  it('hold out each speaker exactly once, whoever there is', () => {
    const speakers = fc.array(fc.oneof(fc.integer({ min: 101, max: 124 }), fc.integer({ min: 201, max: 230 })));
    fc.assert(
      fc.property(speakers, (all) => {
        const held = speakerFolds(all).flat();
        expect(held.sort((a, b) => a - b)).toEqual([...new Set(all)].sort((a, b) => a - b));
      }),
    );
  });
});

describe('answers of a fold', () => {
  /** Clips whose label follows from their logits only by chance, the more so the lower `trust`. */
  function clips(fold: number, trust: number, rng: Rng): HeldOutClip[] {
    return Array.from({ length: 200 }, () => {
      const label = rng.below(7);
      const said = rng.chance(trust) ? label : rng.below(7);
      const logits = Array.from({ length: 7 }, (_, k) => (k === said ? 4 : 0));
      return { corpus: 'emodb', speaker: 200 + fold, label, fold, windows: [logits, logits] };
    });
  }

  it('are distributions, softened as the other folds ask and not as their own does', () => {
    const other = clips(1, 0.4, new Rng(2));
    const [good, bad] = [0.95, 0.1].map((trust) => calibrated([...clips(0, trust, new Rng(1)), ...other])[0]!);
    const top = Math.max(...good!.probabilities);
    // Of the other fold's answers 0.4 + 0.6 / 7 = 0.49 are right.
    expect(top).toBeGreaterThan(0.4);
    expect(top).toBeLessThan(0.58);
    expect(Math.max(...bad!.probabilities)).toBeCloseTo(top, 10);
    expect(good!.probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
  });

  it('are certain from where on those of the other folds are right often enough, or the surest of them', () => {
    const graded = (fold: number, surenesses: readonly number[], right: (i: number) => boolean): HeldOutClip[] =>
      surenesses.map((sureness, i) => ({
        ...{ corpus: 'emodb', speaker: 200 + fold, label: right(i) ? 0 : 1, fold },
        windows: [[sureness, 0, 0, 0, 0, 0, 0]],
      }));
    const even = Array.from({ length: 40 }, (_, i) => 1 + i / 10);
    const [right, wrong] = [graded(1, even, () => true), graded(1, even, () => false)];
    const own = graded(0, even, (i) => i % 2 === 0);
    const certain = (others: HeldOutClip[]): number =>
      calibrated([...own, ...others]).filter(
        ({ fold, probabilities, uncertain_below }) =>
          fold === 0 && Math.max(...probabilities) >= uncertain_below - 1e-6,
      ).length;
    expect(certain(right)).toBe(40);
    // Were they all wrong, 65 % would still be said.
    expect(certain(wrong)).toBe(26);
  });
});
