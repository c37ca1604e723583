import type { NamedWeights } from '../../inference/model-format.js';
import { HEARD_WIDTHS } from '../../features/types.js';
import { standardNames } from '../../inference/network/encoder-head.js';
import { HEARD_HEADS } from '../../inference/network/voice-encoder.js';
import type { Rng } from '../rng.js';
import type { VoiceExample } from '../voice-examples.js';
import { STATISTICS } from './heard-rows.js';

type Heard = VoiceExample & { heard: NonNullable<VoiceExample['heard']> };
const isHeard = (example: VoiceExample): example is Heard => example.heard !== null;

/** Furthest that a window is moved from its speaker towards another; 1 is all the way. */
const FURTHEST = 1.5;
const NARROWEST = 1e-3;

/**
 * The difference between speakers as augmentation: what encoders hear in a window is moved from the mean of its speaker towards that
 * of another, who may be of another corpus, room and language. A read-out of it learns not to listen there. It takes the place of
 * the speaker normalisation that a call cannot have before it has heard somebody for long.
 */
export class SpeakerShift {
  readonly #means: Map<number, Float32Array>;
  readonly #speakers: number[];

  constructor(examples: readonly VoiceExample[]) {
    this.#means = speakerMeans(examples.filter(isHeard));
    this.#speakers = [...this.#means.keys()].sort((a, b) => a - b);
  }

  /** @param statistics of one window of the speaker, in place */
  move(statistics: Float32Array, speaker: number, rng: Rng): void {
    const own = this.#means.get(speaker);
    const other = this.#means.get(this.#speakers[rng.below(this.#speakers.length)]!);
    const far = rng.between(0, FURTHEST);
    if (!own || !other) return;
    for (let i = 0; i < statistics.length; i++) statistics[i]! += far * (other[i]! - own[i]!);
  }
}

/** Of each speaker the mean over emotions of the mean over windows: whoever laughs more is not another speaker for it. */
function speakerMeans(examples: readonly Heard[]): Map<number, Float32Array> {
  const byEmotion = new Map<number, Map<number, { sum: Float64Array; n: number }>>();
  for (const { speaker, label, heard } of examples) {
    const emotions = byEmotion.get(speaker) ?? new Map<number, { sum: Float64Array; n: number }>();
    byEmotion.set(speaker, emotions);
    const own = emotions.get(label) ?? { sum: new Float64Array(STATISTICS), n: 0 };
    emotions.set(label, own);
    for (let row = heard.from; row < heard.to; row++) {
      for (let i = 0; i < STATISTICS; i++) own.sum[i]! += heard.rows.values[row * STATISTICS + i]!;
    }
    own.n += heard.to - heard.from;
  }
  return new Map(
    [...byEmotion].map(([speaker, emotions]) => {
      const mean = new Float32Array(STATISTICS);
      for (const { sum, n } of emotions.values()) {
        for (let i = 0; i < STATISTICS; i++) mean[i]! += sum[i]! / n / emotions.size;
      }
      return [speaker, mean];
    }),
  );
}

/** The vectors that standardise the statistics of these windows, each head's own, by name. */
export function standardVectors(examples: readonly VoiceExample[]): Map<string, NamedWeights> {
  const sum = new Float64Array(STATISTICS);
  const squares = new Float64Array(STATISTICS);
  let n = 0;
  for (const { heard } of examples.filter(isHeard)) {
    for (let row = heard.from; row < heard.to; row++, n++) {
      for (let i = 0; i < STATISTICS; i++) {
        const value = heard.rows.values[row * STATISTICS + i]!;
        sum[i]! += value;
        squares[i]! += value * value;
      }
    }
  }
  const centre = Float32Array.from(sum, (total) => total / n);
  const scale = Float32Array.from(squares, (total, i) => {
    const variance = Math.max(0, total / n - centre[i]! ** 2);
    return 1 / Math.max(Math.sqrt(variance), NARROWEST);
  });
  const out = new Map<string, NamedWeights>();
  let at = 0;
  HEARD_WIDTHS.forEach((width, k) => {
    const names = standardNames(HEARD_HEADS[k]!);
    const own = (all: Float32Array): NamedWeights => ({ shape: [2 * width], values: all.slice(at, at + 2 * width) });
    out.set(`${names.centre}/vector`, own(centre));
    out.set(`${names.scale}/vector`, own(scale));
    at += 2 * width;
  });
  return out;
}

/** Weights that `standardVectors` gives and training leaves as they are. */
export const isStandard = (name: string): boolean =>
  HEARD_HEADS.some((head) => Object.values(standardNames(head)).some((vector) => name === `${vector}/vector`));
