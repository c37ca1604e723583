import { EMOTIONS, MODALITIES, type Modality } from '../../src/common/emotions.js';
import type { EmotionEvent, Scores } from '../../src/events/schema.js';

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
  /** The same of each modality's own, where both have them; and the share of those seconds in which it has the same label. */
  byModality: Record<Modality, { seconds: number; difference: number; same: number }>;
  /** Seconds with a label in the file. */
  labelled: number;
}

/** Compares second by second. */
export function agreementOf(pairs: readonly { file: EmotionEvent; live: EmotionEvent | undefined }[]): Agreement {
  const both = pairs.filter((pair): pair is { file: EmotionEvent; live: EmotionEvent } => pair.live !== undefined);
  const sure = both.filter(({ file, live }) => file.label !== null && !file.uncertain && !live.uncertain);
  const scores = scoredBoth(both.map(({ file, live }) => [file.scores, live.scores]));
  return {
    seconds: both.length,
    lost: pairs.length - both.length,
    same: share(both, ({ file, live }) => file.label === live.label),
    sure: sure.length,
    sameWhereSure: share(sure, ({ file, live }) => file.label === live.label),
    samePresence: share(both, ({ file, live }) =>
      (['face', 'voice', 'words'] as const).every((each) => file[each].present === live[each].present),
    ),
    probabilityDifference: difference(scores),
    byModality: Object.fromEntries(
      MODALITIES.map((modality) => {
        const own = scoredBoth(both.map(({ file, live }) => [file[modality].scores, live[modality].scores]));
        const same = share(own, ([file, live]) => topOf(file) === topOf(live));
        return [modality, { seconds: own.length, difference: difference(own), same }];
      }),
    ) as Agreement['byModality'],
    labelled: both.filter(({ file }) => file.label !== null).length,
  };
}

const scoredBoth = (pairs: readonly [Scores | null, Scores | null][]): [Scores, Scores][] =>
  pairs.filter((pair): pair is [Scores, Scores] => pair[0] !== null && pair[1] !== null);

const difference = (pairs: readonly [Scores, Scores][]): number => {
  const sum = pairs.reduce(
    (all, [a, b]) => all + EMOTIONS.reduce((one, each) => one + Math.abs(a[each] - b[each]), 0),
    0,
  );
  return sum / Math.max(1, pairs.length * EMOTIONS.length);
};

const topOf = (scores: Scores) => EMOTIONS.reduce((best, each) => (scores[each] > scores[best] ? each : best));

function share<T>(items: readonly T[], is: (item: T) => boolean): number {
  return items.filter(is).length / Math.max(1, items.length);
}
