import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { EMOTIONS, MODALITIES, type Modality } from '../common/emotions.js';
import { FACE_CROPS, FACE_QUALITY, VOICE_QUALITY } from '../features/types.js';
import { attendCrops, fuse, QUALITIES, type FusionOutput } from '../inference/network/fusion.js';
import { modalityHeads } from '../inference/network/heads.js';
import type { Layers } from '../inference/network/layers.js';
import { EMBEDDING } from '../inference/network/sizes.js';
import { byLabel, type EncodedSet } from './fusion-data.js';
import type { Rng } from './rng.js';

/** One synthetic window: which example of each modality it shows (null: absent), and the label. */
export interface Triple {
  label: number;
  examples: Record<Modality, number | null>;
}

/**
 * Draws label-matched triples: an anchor modality's example as it comes in its corpus, and examples of the same label from
 * the others; then modalities are left out. An absent modality may be any but the anchor, so that each modality alone keeps
 * the frequencies of its own corpus.
 */
export class TripleSampler {
  readonly sets: Record<Modality, EncodedSet>;
  readonly #byLabel: Record<Modality, number[][]>;
  readonly #rng: Rng;

  constructor(sets: Record<Modality, EncodedSet>, rng: Rng) {
    this.sets = sets;
    this.#byLabel = { face: byLabel(sets.face), voice: byLabel(sets.voice), words: byLabel(sets.words) };
    this.#rng = rng;
  }

  /**
   * @param conflict probability that a companion is of a random label: people smile while they complain
   * @param solitude probability that the anchor is alone
   */
  draw(conflict: number, solitude: number): Triple {
    const rng = this.#rng;
    const anchor = MODALITIES[rng.below(MODALITIES.length)]!;
    const index = rng.below(this.sets[anchor].labels.length);
    const label = this.sets[anchor].labels[index]!;
    const examples: Triple['examples'] = { face: null, voice: null, words: null };
    examples[anchor] = index;
    const alone = rng.chance(solitude);
    for (const modality of MODALITIES) {
      if (modality === anchor || alone || rng.chance(0.3)) continue;
      const shown = rng.chance(conflict) ? rng.below(EMOTIONS.length) : label;
      const matching = this.#byLabel[modality][shown]!;
      if (matching.length > 0) examples[modality] = matching[rng.below(matching.length)]!;
    }
    return { label, examples };
  }

  /** Runs the fusion part of the network on triples. Every face shows a random number of its crops. */
  forward(layers: Layers, triples: readonly Triple[]): FusionOutput {
    const n = triples.length;
    const crops = new Float32Array(n * FACE_CROPS * EMBEDDING);
    const mask = new Float32Array(n * FACE_CROPS);
    const plain = { voice: new Float32Array(n * EMBEDDING), words: new Float32Array(n * EMBEDDING) };
    const quality = new Float32Array(n * QUALITIES);
    const present = new Float32Array(n * MODALITIES.length);
    const qualityAt = { face: 0, voice: FACE_QUALITY.length, words: FACE_QUALITY.length + VOICE_QUALITY.length };
    triples.forEach(({ examples }, row) => {
      MODALITIES.forEach((modality, m) => {
        const index = examples[modality];
        if (index === null) return;
        const set = this.sets[modality];
        present[row * MODALITIES.length + m] = 1;
        quality.set(set.quality[index]!, row * QUALITIES + qualityAt[modality]);
        if (modality !== 'face') return plain[modality].set(set.embeddings[index]!, row * EMBEDDING);
        crops.set(set.embeddings[index]!, row * FACE_CROPS * EMBEDDING);
        mask.fill(1, row * FACE_CROPS, row * FACE_CROPS + 1 + this.#rng.below(FACE_CROPS));
      });
    });
    const face = attendCrops(
      layers,
      tf.tensor3d(crops, [n, FACE_CROPS, EMBEDDING]) as Tensor3D,
      tf.tensor2d(mask, [n, FACE_CROPS]),
    );
    const embeddings: Record<Modality, Tensor2D> = {
      face,
      voice: tf.tensor2d(plain.voice, [n, EMBEDDING]),
      words: tf.tensor2d(plain.words, [n, EMBEDDING]),
    };
    const heads = {
      face: modalityHeads(layers, 'face', embeddings.face),
      voice: modalityHeads(layers, 'voice', embeddings.voice),
      words: modalityHeads(layers, 'words', embeddings.words),
    };
    return fuse(layers, {
      embeddings,
      heads,
      present: tf.tensor2d(present, [n, MODALITIES.length]),
      quality: tf.tensor2d(quality, [n, QUALITIES]),
    });
  }
}

/**
 * The key of what is present, as in the model's calibration: `face`, `face+words`, `face+voiceHeard`, …; a burst of the voice is
 * `burst`, of which no calibration is.
 */
export function tripleKey({ examples }: Triple, { voice }: Record<Modality, EncodedSet>): string {
  const named = (modality: Modality): VoiceName =>
    modality === 'voice' ? voiceName(voice, examples.voice!) : modality;
  return MODALITIES.filter((modality) => examples[modality] !== null)
    .map(named)
    .join('+');
}

/** A modality as keys call it: a voice that encoders heard has a temperature of its own. */
export type VoiceName = Modality | 'voiceHeard' | 'burst';

/** What a voice of a set is called. */
export function voiceName({ heard, burst }: EncodedSet, index: number): VoiceName {
  return burst?.[index] ? 'burst' : heard?.[index] ? 'voiceHeard' : 'voice';
}
