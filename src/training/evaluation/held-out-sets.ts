import type { SpeechCorpus } from '../train-options.js';
import { answerOf, type Answer } from './answers.js';
import { briefFigures, bySex, roomFigures, type RoomFigures, type VoiceAnswer } from './brief-figures.js';
import type { VoiceFolds } from './sources.js';
import { testFigures, type TestFigures } from './test-figures.js';

type About = Record<SpeechCorpus, readonly [figure: string, text: string]>;

const BY_SPEAKER: About = {
  ravdess: ['ravdess_by_actor', 'RAVDESS, 7 classes (calm = neutral), grouped by actor'],
  emodb: ['emodb_loso', 'EMO-DB, 6 classes (no boredom), 7 offered, each speaker held out once'],
  nemo: ['nemo_by_speaker', 'nEMO, 6 classes (no disgust), 7 offered, each speaker held out once'],
};
const BY_CORPUS: About = {
  ravdess: ['ravdess_left_out', 'RAVDESS, English, 7 classes (calm = neutral)'],
  emodb: ['emodb_left_out', 'EMO-DB, German, 6 classes (no boredom), 7 offered'],
  nemo: ['nemo_left_out', 'nEMO, Polish, 6 classes (no disgust), 7 offered'],
};
const names = (about: About): string[] => Object.values(about).map(([figure]) => figure);
export const FOLD_SETS = names(BY_SPEAKER);
/** Of each corpus the test speakers, then all speakers, each held out once. */
export const SPEAKER_SETS = Object.entries(BY_SPEAKER).flatMap(([corpus, [figure]]) => [`${corpus}_test`, figure]);
export const LEFT_OUT_SETS = names(BY_CORPUS);

/** Cross-validation of the voice recipe: answers of networks that never heard the speaker. Not the shipped weights. */
export function judgeFolds({ rows, folds, command }: VoiceFolds): Record<string, TestFigures> {
  return judgeRows(rows, BY_SPEAKER, (own) => {
    const used = new Set(own.map(({ fold }) => fold)).size;
    return `${speakersOf(own)} speakers in ${used} of ${folds.length} folds of \`${command}\``;
  });
}

/** Each corpus, as the recipe answers it after training on the others. Not the shipped weights. */
export function judgeLeftOut({ rows, command }: VoiceFolds): Record<string, TestFigures> {
  const corpora = new Set(rows.map(({ corpus }) => corpus)).size;
  return judgeRows(
    rows,
    BY_CORPUS,
    (own) =>
      `all ${speakersOf(own)} speakers, by a network trained on the other ${corpora - 1} corpora with \`${command}\`, no epoch chosen on it; selected on: encoders, their layers and the recipe were compared on these corpora left out`,
  );
}

type Row = VoiceFolds['rows'][number];

const speakersOf = (rows: readonly Row[]): number => new Set(rows.map(({ speaker }) => speaker)).size;

function judgeRows(
  rows: readonly Row[],
  about: About,
  how: (own: readonly Row[]) => string,
): Record<string, TestFigures> {
  const out: Record<string, TestFigures> = {};
  for (const [corpus, [figure, text]] of Object.entries(about)) {
    const own = rows.filter((row) => row.corpus === corpus);
    if (own.length === 0) continue;
    const answers = own.map((row, clip) => toAnswer(row, row.probabilities, clip));
    const speakers = own.map(({ speaker }) => speaker);
    const protocol = `${text}: ${how(own)}; mean over 3 s windows, voice alone; judges the recipe, not the shipped weights`;
    const [sexes, rooms] = [bySex(answers), roomsOf(own)];
    const without = own.map(
      (row, clip) => row.without && toAnswer({ ...row, ...row.without }, row.without.probabilities, clip),
    );
    out[figure] = {
      ...testFigures(answers, { protocol, unit: 'clip', speakers }),
      ...(sexes ? { by_sex: sexes } : {}),
      ...(rooms ? { rooms } : {}),
      ...(isWhole(without) ? { without_encoders: briefFigures(without) } : {}),
    };
  }
  return out;
}

const isWhole = (answers: readonly (VoiceAnswer | undefined)[]): answers is VoiceAnswer[] =>
  !answers.includes(undefined);

function toAnswer({ label, speaker, uncertain_below }: Row, probabilities: number[], clip: number): VoiceAnswer {
  const own: Answer['own'] = { face: null, voice: null, words: null };
  return { ...answerOf({ group: clip, label, probabilities, own }, uncertain_below ?? null), clip, speaker };
}

/** Of the clips that were judged in rooms. */
function roomsOf(rows: readonly Row[]): RoomFigures | undefined {
  const names = [...new Set(rows.flatMap(({ rooms }) => Object.keys(rooms ?? {})))].sort(
    (a, b) => Number(a) - Number(b),
  );
  if (names.length === 0) return undefined;
  const figures = names.map((name) => {
    const judged = rows.flatMap((row, clip) => (row.rooms?.[name] ? [{ row, clip, room: row.rooms[name] }] : []));
    const whole = judged.map(({ row, clip, room }) => toAnswer(row, room.probabilities, clip));
    const seconds = judged.flatMap(({ row, clip, room }) => room.seconds.map((each) => toAnswer(row, each, clip)));
    return [name, roomFigures(whole, seconds)] as const;
  });
  return Object.fromEntries(figures);
}
