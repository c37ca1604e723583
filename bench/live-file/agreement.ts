import type { EmotionEvent } from '../../src/events/schema.js';
import { EMOTIONS } from '../../src/common/emotions.js';

export interface Agreement {
  /** Seconds that have an event both ways. */
  seconds: number;
  /** Of the file's seconds, those without an event in the call. */
  lost: number;
  /** Share with the same label; of those in which both are sure; without a modality on both sides is the same, too. */
  same: number;
  sameWhereSure: number;
  sure: number;
  /** Share with the same modalities present. */
  samePresence: number;
  /** Mean absolute difference of a probability where both have scores. */
  probabilityDifference: number;
  /** Seconds with a label in the file. */
  labelled: number;
}

/** Compares second by second. */
export function agreementOf(pairs: readonly { file: EmotionEvent; live: EmotionEvent | undefined }[]): Agreement {
  const both = pairs.filter((pair): pair is { file: EmotionEvent; live: EmotionEvent } => pair.live !== undefined);
  const sure = both.filter(({ file, live }) => file.label !== null && !file.uncertain && !live.uncertain);
  const differences = both.flatMap(({ file, live }) =>
    file.scores && live.scores ? EMOTIONS.map((each) => Math.abs(file.scores![each] - live.scores![each])) : [],
  );
  return {
    seconds: both.length,
    lost: pairs.length - both.length,
    same: share(both, ({ file, live }) => file.label === live.label),
    sure: sure.length,
    sameWhereSure: share(sure, ({ file, live }) => file.label === live.label),
    samePresence: share(both, ({ file, live }) =>
      (['face', 'voice', 'words'] as const).every((each) => file[each].present === live[each].present),
    ),
    probabilityDifference: differences.reduce((sum, each) => sum + each, 0) / Math.max(1, differences.length),
    labelled: both.filter(({ file }) => file.label !== null).length,
  };
}

function share<T>(items: readonly T[], is: (item: T) => boolean): number {
  return items.filter(is).length / Math.max(1, items.length);
}
