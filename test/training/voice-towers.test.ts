import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { LOG_FLOOR } from '../../src/features/log-mel.js';
import { HEARD_STEPS, HEARD_WIDTH, MEL_BANDS, MEL_FRAMES } from '../../src/features/types.js';
import { modalityHeads } from '../../src/inference/network/heads.js';
import { EMBEDDING } from '../../src/inference/network/sizes.js';
import {
  VOICE_PARTS,
  voiceEncoder,
  voiceShares,
  type HeardTensors,
} from '../../src/inference/network/voice-encoder.js';
import { eachAlone } from '../../src/training/each-alone.js';
import { Rng } from '../../src/training/rng.js';
import { RoomNoise } from '../../src/training/room-noise.js';
import { TrainingLayers } from '../../src/training/training-layers.js';
import { layAt } from '../../src/training/voice-windows.js';

const PART = EMBEDDING / VOICE_PARTS;

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Loud and quiet stretches with a spectrum that changes; within -2..1 of the network's units. */
const speech = Float32Array.from({ length: MEL_FRAMES * MEL_BANDS }, (_, i) => {
  const [frame, band] = [Math.floor(i / MEL_BANDS), i % MEL_BANDS];
  const loud = Math.sin(frame / 15) > 0 ? 0 : -1.2;
  return loud + 0.5 * Math.sin(band / 5 + frame / 9);
});

describe('the two voice networks', () => {
  const layers = new TrainingLayers(new Rng(4));

  function embed(window: Float32Array): { plain: number[]; centred: number[] } {
    return tf.tidy(() => {
      layers.training = false;
      const x: Tensor4D = tf.tensor4d(window, [1, MEL_FRAMES, MEL_BANDS, 1]);
      const all = [...voiceEncoder(layers, x, null).dataSync()];
      return { plain: all.slice(0, EMBEDDING / 2), centred: all.slice(EMBEDDING / 2) };
    });
  }
  const difference = (a: number[], b: number[]): number => {
    const size = Math.max(...a.map(Math.abs));
    return Math.max(...a.map((value, i) => Math.abs(value - b[i]!))) / size;
  };

  it('differ in this: to the one a microphone’s colour is news, to the other it is not', () => {
    const coloured = speech.map((value, i) => value + 0.6 * Math.cos((i % MEL_BANDS) / 20));
    const [before, after] = [embed(speech), embed(coloured)];
    expect(difference(before.plain, after.plain)).toBeGreaterThan(0.05);
    // What is left comes of how much each frame counts, which its level says.
    expect(difference(before.centred, after.centred)).toBeLessThan(difference(before.plain, after.plain) / 5);
  });

  it('stay finite for a window of nothing but silence', () => {
    const { plain, centred } = embed(new Float32Array(MEL_FRAMES * MEL_BANDS).fill(-3));
    expect([...plain, ...centred].every(Number.isFinite)).toBe(true);
  });

  it('answer, together, the mean of what each answers alone', () => {
    const embedding = tf.randomUniform([3, EMBEDDING], 0, 2, 'float32', 5) as Tensor2D;
    const say = (of: Tensor2D): number[] => [...modalityHeads(layers, 'voice', of).logits.dataSync()];
    const together = say(embedding);
    const [first, second] = eachAlone(embedding, 2).map(say);
    together.forEach((value, i) => expect(value).toBeCloseTo((first![i]! + second![i]!) / 2, 4));
    expect(difference(first!, second!)).toBeGreaterThan(0.05);
  });
});

describe('the voice networks with what encoders heard', () => {
  const layers = new TrainingLayers(new Rng(5));
  const x = (): Tensor4D => tf.tile(tf.tensor4d(speech, [1, MEL_FRAMES, MEL_BANDS, 1]), [2, 1, 1, 1]);
  /** The first row was heard, the second was not. */
  const heard = (): HeardTensors => ({
    frames: tf.randomNormal([2, HEARD_STEPS, HEARD_WIDTH], 0, 1, 'float32', 3),
    present: tf.tensor2d(
      [1, 0].flatMap((there) => Array.from({ length: HEARD_STEPS }, () => there)),
      [2, HEARD_STEPS],
    ),
  });
  const rows = (embedding: Tensor2D): number[][] => embedding.arraySync();
  const embed = (of: HeardTensors | null): number[][] => {
    layers.training = false;
    return rows(voiceEncoder(layers, x(), of));
  };

  it('are four parts, each times its share of what is there in its row', () => {
    tf.tidy(() => {
      const [whole, without] = embed(heard());
      const [alone] = embed(null);
      const parts = (row: number[]) => [0, 1, 2, 3].map((k) => row.slice(k * PART, (k + 1) * PART));
      const [one, other] = [parts(whole!), parts(without!)];
      const [withHeard, withoutHeard] = [voiceShares(true), voiceShares(false)];
      for (const shares of [withHeard, withoutHeard]) expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1);
      for (const k of [0, 1]) {
        const factor = withHeard[k]! / withoutHeard[k]!;
        expect(factor).toBeLessThan(1);
        one[k]!.forEach((value, i) => expect(value).toBeCloseTo(factor * other[k]![i]!, 5));
      }
      for (const k of [2, 3]) {
        expect(Math.max(...one[k]!.map(Math.abs))).toBeGreaterThan(0);
        expect(Math.max(...other[k]!.map(Math.abs))).toBe(0);
      }
      without!.forEach((value, i) => expect(alone![i]).toBeCloseTo(value, 6));
    });
  });
});

describe('the noise of rooms', () => {
  const rooms = new RoomNoise(new Rng(3));
  const voice = { mel: new Float32Array(100 * MEL_BANDS).fill(-2), frames: 100 };
  const meanOf = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

  it('is under the whole window, 15 to 60 dB below the voice, and leaves the voice as it is', () => {
    const rng = new Rng(6);
    const levels = Array.from({ length: 60 }, () => {
      const canvas = layAt(voice, 100);
      rooms.lay(canvas, voice, rng);
      // The loudest room adds 3 % of power to the mean band; one of a strong colour several times that to its lowest.
      expect(Math.abs(meanOf(canvas.subarray(100 * MEL_BANDS, 200 * MEL_BANDS)) + 2)).toBeLessThan(0.2);
      expect(Math.min(...canvas)).toBeGreaterThan(LOG_FLOOR);
      const around = meanOf(canvas.subarray(0, 100 * MEL_BANDS));
      expect(Math.abs(around - meanOf(canvas.subarray(200 * MEL_BANDS)))).toBeLessThan(0.3);
      return ((-2 - around) * 10) / Math.LN10;
    });
    expect(Math.min(...levels)).toBeGreaterThan(14);
    expect(Math.max(...levels)).toBeLessThan(61);
    expect(Math.max(...levels) - Math.min(...levels)).toBeGreaterThan(30);
  });

  it('is the same again for the same seed', () => {
    const [one, two] = [1, 2].map(() => {
      const canvas = layAt(voice, 30);
      new RoomNoise(new Rng(9)).lay(canvas, voice, new Rng(2));
      return canvas;
    });
    expect(one).toEqual(two);
  });
});
