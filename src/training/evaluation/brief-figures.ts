import { EMOTIONS } from '../../common/emotions.js';
import { figures, ratesOf } from '../metrics.js';
import { sexOf, type Sex } from '../speakers.js';
import type { Answer } from './answers.js';
import { bootstrap, FEWEST_SPEAKERS, indicesBy, type Interval } from './statistics.js';
import { certainOf } from './trade-off.js';

/** What is told of the same clips under another condition, or of some of them. */
export interface BriefFigures {
  n: number;
  accuracy: number;
  uar: number;
  /** 95 % bootstrap interval of the UAR: speakers are drawn where there are enough of them, else clips. */
  ci95: Interval;
  ece: number;
  /** Share of the answers that is `uncertain`, and accuracy of the others; null where no shipped threshold applies. */
  uncertain: number | null;
  certain_accuracy: number | null;
}

/** By the noise of the room, dBFS: each clip as a whole, and each second in which a call hears a voice. */
export type RoomFigures = Record<string, { clip: BriefFigures; second: BriefFigures; clips_without_a_second: number }>;

/** An answer, of which clip and by whom. */
export interface VoiceAnswer extends Answer {
  clip: number;
  speaker: number;
}

const round = (value: number): number => Number(value.toFixed(4));
const CLASSES = EMOTIONS.length;

export function briefFigures(answers: readonly VoiceAnswer[]): BriefFigures {
  const labels = answers.map(({ label }) => label);
  const { n, accuracy, uar, ece } = figures(
    answers.flatMap(({ probabilities }) => probabilities),
    labels,
    CLASSES,
  );
  const bySpeaker = indicesBy(answers.map(({ speaker }) => speaker));
  // The seconds of a clip are no independent answers.
  const units = bySpeaker.length >= FEWEST_SPEAKERS ? bySpeaker : indicesBy(answers.map(({ clip }) => clip));
  const [interval] = bootstrap(units.length, (drawn) => {
    const confusion = EMOTIONS.map(() => new Array<number>(CLASSES).fill(0));
    for (const unit of drawn) for (const i of units[unit]!) confusion[labels[i]!]![answers[i]!.top]!++;
    return [ratesOf(confusion).uar];
  });
  const certain = certainOf(answers.map(({ label, top, certain }) => ({ right: label === top, certain })));
  return {
    ...{ n, accuracy: round(accuracy), uar: round(uar), ece: round(ece) },
    ci95: [round(interval![0]), round(interval![1])],
    uncertain: certain && round(1 - certain.coverage),
    certain_accuracy: certain && round(certain.accuracy),
  };
}

/** By sex, where the corpus tells it of every speaker. */
export function bySex(answers: readonly VoiceAnswer[]): Record<Sex, BriefFigures> | undefined {
  const of = (sex: Sex): VoiceAnswer[] => answers.filter(({ speaker }) => sexOf(speaker) === sex);
  const [female, male] = [of('female'), of('male')];
  if (female.length === 0 || male.length === 0 || female.length + male.length < answers.length) return undefined;
  return { female: briefFigures(female), male: briefFigures(male) };
}

/** Of one room. */
export function roomFigures(whole: readonly VoiceAnswer[], seconds: readonly VoiceAnswer[]): RoomFigures[string] {
  const heard = new Set(seconds.map(({ clip }) => clip)).size;
  return {
    clip: briefFigures(whole),
    second: briefFigures(seconds),
    clips_without_a_second: round(1 - heard / Math.max(whole.length, 1)),
  };
}
