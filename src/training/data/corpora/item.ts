import type { Emotion, Modality } from '../../../common/emotions.js';
import type { Region } from '../../../features/resample.js';
import type { Split } from '../../splits.js';

/** One labelled thing of a corpus, before it is read. */
export interface Item {
  /** Which modalities are taken from it. */
  uses: readonly Modality[];
  /** Picture, sound or video; null where there are only words. */
  file: string | null;
  emotion: Emotion;
  /** Unique within the corpus; for pictures of unknown people the picture itself. */
  speaker: string;
  /** The corpus's own split, or one that must hold for another reason; null: by a seeded choice of speakers. */
  split: Split | null;
  text?: string;
  /** Where in the picture its owners marked the face, pixels; absent where the picture shows nothing else. */
  face?: Region;
  speakerChanged?: boolean;
}

/** What a reader found in a folder: what to read, and how many were left out for which reason. */
export interface Listing {
  items: Item[];
  skipped: Map<string, number>;
}

/** Counts a thing left out. */
export function skip(skipped: Map<string, number>, reason: string): void {
  skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
}
