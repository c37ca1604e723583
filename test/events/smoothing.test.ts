import { describe, expect, it } from 'vitest';
import { ScoreSmoother } from '../../src/events/smoothing.js';

const happy = [0, 1, 0, 0, 0, 0, 0];
const sad = [0, 0, 1, 0, 0, 0, 0];

describe('score smoothing', () => {
  it('takes the first scores as they are', () => {
    expect(new ScoreSmoother(2000).next(happy, 1000)).toEqual(happy);
  });

  it('moves by 1 − exp(−Δt/τ) at each step and stays a distribution', () => {
    const smoother = new ScoreSmoother(2000);
    smoother.next(happy, 1000);
    const after = smoother.next(sad, 2000) ?? [];
    expect(after[1]).toBeCloseTo(Math.exp(-0.5), 10);
    expect(after[2]).toBeCloseTo(1 - Math.exp(-0.5), 10);
    expect(after.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 10);
  });

  it('holds over a window without scores, and forgets after a long time without any', () => {
    const smoother = new ScoreSmoother(1000);
    smoother.next(happy, 1000);
    expect(smoother.next(null, 2000)).toEqual(happy);
    expect(smoother.next(sad, 60_000)).toEqual(sad);
  });

  it('passes scores through when switched off', () => {
    const smoother = new ScoreSmoother(0);
    smoother.next(happy, 1000);
    expect(smoother.next(sad, 2000)).toEqual(sad);
  });

  it('says nothing before there was anything', () => {
    expect(new ScoreSmoother(1000).next(null, 1000)).toBeNull();
  });
});
