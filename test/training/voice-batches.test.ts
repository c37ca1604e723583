import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { MEL_BANDS } from '../../src/features/types.js';
import { STATISTICS } from '../../src/training/heard/heard-rows.js';
import { Rng } from '../../src/training/rng.js';
import { GroupedIndices } from '../../src/training/sampler.js';
import { VoiceBatches } from '../../src/training/voice-batches.js';
import { drawHeard, type VoiceExample } from '../../src/training/voice-examples.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('indices of groups', () => {
  it('come by the root of the group’s size, every one of it before one comes again', () => {
    // Of 4 and of 64: a fifth of the draws and four fifths.
    const groups = [[100, 101, 102, 103], Array.from({ length: 64 }, (_, i) => i)];
    const indices = new GroupedIndices(groups, new Rng(3));
    const drawn = Array.from({ length: 3000 }, () => indices.next());
    const small = drawn.filter((index) => index >= 100);
    expect(small.length / drawn.length).toBeGreaterThan(0.17);
    expect(small.length / drawn.length).toBeLessThan(0.23);
    for (let round = 0; round < 100; round++) expect(new Set(small.slice(4 * round, 4 * round + 4)).size).toBe(4);
  });
});

/** Rows whose numbers are the row's own. */
const rows = {
  values: Float32Array.from({ length: 3 * STATISTICS }, (_, i) => Math.floor(i / STATISTICS)),
  clips: Int32Array.of(0, 0, 1),
  chances: Float32Array.of(0.25, 0.75, 1),
};

describe('what encoders hear of a clip', () => {
  it('is drawn among its own windows by their chances', () => {
    const rng = new Rng(5);
    const out = new Float32Array(STATISTICS);
    const drawn = Array.from({ length: 2000 }, () => {
      drawHeard({ rows, from: 0, to: 2 }, out, rng);
      expect(new Set(out).size).toBe(1);
      return out[0]!;
    });
    expect(drawn.filter((row) => row === 1).length / drawn.length).toBeCloseTo(0.75, 1);
    expect(Math.max(...drawn)).toBe(1);
  });
});

describe('batches of voices', () => {
  const variants = [{ mel: new Float32Array(80 * MEL_BANDS).fill(-2), frames: 80 }];
  const example = (speaker: number, label: number, heard: VoiceExample['heard']): VoiceExample => ({
    ...{ speaker, label, corpus: 0, burst: false, variants, weight: speaker },
    target: Array.from({ length: 7 }, (_, k) => (k === label ? 1 : 0)),
    heard,
  });

  it('have the truth of the clip beside it', () => {
    const known = [example(1, 3, { rows, from: 0, to: 2 }), example(2, 4, { rows, from: 2, to: 3 })];
    const batches = new VoiceBatches(known, new Rng(1));
    expect(batches.hears).toBe(true);
    tf.tidy(() => {
      const { truths, weights } = batches.nextHeard();
      const labels = [...tf.argMax(truths, 1).dataSync()];
      expect(new Set(labels)).toEqual(new Set([3, 4]));
      [...weights.dataSync()].forEach((weight, i) => expect(weight).toBe(labels[i] === 3 ? 1 : 2));
      const mel = batches.nextMel();
      expect(mel.x.shape[0]).toBe(mel.truths.shape[0]);
    });
  });

  it('have bursts beside as much speech as ever, at their own place, and none of them in log-mel', () => {
    // Of two speakers of speech, whose windows are moved, and a burst.
    const speech = [example(1, 3, { rows, from: 0, to: 1 }), example(2, 4, { rows, from: 1, to: 2 })];
    const burst = { ...example(3, 5, { rows, from: 2, to: 3 }), corpus: 1, burst: true };
    const [without, batches] = [new VoiceBatches(speech, new Rng(1)), new VoiceBatches([...speech, burst], new Rng(1))];
    tf.tidy(() => {
      const { values, weights } = batches.nextHeard();
      const speakers = [...weights.dataSync()];
      expect(speakers.filter((speaker) => speaker < 3)).toHaveLength(without.nextHeard().weights.size);
      const bursts = speakers.filter((speaker) => speaker === 3).length;
      expect(bursts).toBeGreaterThan(0);
      expect(bursts).toBeLessThan(speakers.length / 8);
      const first = [...values.dataSync()].filter((_, i) => i % STATISTICS === 0);
      expect(new Set(first.filter((_, i) => speakers[i] === 3))).toEqual(new Set([2]));
      expect(new Set(first.filter((_, i) => speakers[i] === 1)).size).toBeGreaterThan(2);
      for (let step = 0; step < 4; step++) expect([...batches.nextMel().weights.dataSync()]).not.toContain(3);
    });
  });

  it('are of log-mel alone where of a clip it is not known what encoders hear', () => {
    const some = [example(1, 3, { rows, from: 0, to: 2 }), example(2, 4, null)];
    expect(new VoiceBatches(some, new Rng(1)).hears).toBe(false);
  });
});
