import { EMOTIONS, MODALITIES, type Modality } from '../../common/emotions.js';
import type { ModelInput } from '../../inference/types.js';
import type { Rng } from '../rng.js';
import { ABSENT, type Example } from './examples.js';

type Pools = Record<Modality, readonly Example[]>;

/** Examples of three people put together by label: SYNTHETIC. A modality that is wrong shows another label. */
export interface Triple {
  label: number;
  parts: Record<Modality, Example>;
}

/** The seven ways in which modalities may be there. */
export const PATTERNS: readonly (readonly Modality[])[] = [
  ['face'],
  ['voice'],
  ['words'],
  ['face', 'voice'],
  ['face', 'words'],
  ['voice', 'words'],
  ['face', 'voice', 'words'],
];

export class TripleMaker {
  readonly #pools: Record<Modality, Example[][]>;
  /** The labels of which every modality has an example. */
  readonly #labels: number[];

  constructor(pools: Pools) {
    const byLabel = (examples: readonly Example[]): Example[][] =>
      EMOTIONS.map((_, label) => examples.filter((example) => example.label === label));
    this.#pools = { face: byLabel(pools.face), voice: byLabel(pools.voice), words: byLabel(pools.words) };
    this.#labels = EMOTIONS.flatMap((_, label) =>
      MODALITIES.every((modality) => this.#pools[modality][label]!.length > 0) ? [label] : [],
    );
  }

  /** Triples of one label each, labels drawn evenly. */
  agreeing(count: number, rng: Rng): Triple[] {
    if (this.#labels.length === 0) return [];
    return Array.from({ length: count }, () => {
      const label = this.#labels[rng.below(this.#labels.length)]!;
      const draw = (modality: Modality): Example => this.#draw(modality, label, rng);
      return { label, parts: { face: draw('face'), voice: draw('voice'), words: draw('words') } };
    });
  }

  /** The same triples with one modality's example drawn from another label, evenly. */
  conflicting(triples: readonly Triple[], wrong: Modality, rng: Rng): Triple[] {
    if (this.#labels.length < 2) return [];
    return triples.map(({ label, parts }) => {
      const others = this.#labels.filter((other) => other !== label);
      const shown = others[rng.below(others.length)]!;
      return { label, parts: { ...parts, [wrong]: this.#draw(wrong, shown, rng) } };
    });
  }

  #draw(modality: Modality, label: number, rng: Rng): Example {
    const pool = this.#pools[modality][label]!;
    return pool[rng.below(pool.length)]!;
  }
}

/** Triples as examples, only some modalities there. */
export function tripleExamples(triples: readonly Triple[], present: readonly Modality[] = MODALITIES): Example[] {
  return triples.map(({ label, parts }, group) => {
    const input: ModelInput = { ...ABSENT };
    if (present.includes('face')) input.face = parts.face.input.face;
    if (present.includes('voice')) input.voice = parts.voice.input.voice;
    if (present.includes('words')) input.words = parts.words.input.words;
    return { input, label, group };
  });
}
