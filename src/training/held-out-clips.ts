import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { EMOTIONS } from '../common/emotions.js';
import { EmostreamError } from '../common/errors.js';
import { temperatureOf, uncertainThreshold, type Judged } from './calibrate.js';
import { meanPerClip } from './clip-judge.js';
import { probabilities } from './predict.js';
import { SPEECH_CORPORA } from './train-options.js';

/** One row of seven, before softmax, for each window. */
const logits = z.array(z.array(z.number()).length(EMOTIONS.length));

const answersShape = {
  /** Of the windows in which the clip is judged whole. */
  windows: logits.min(1),
  /** In rooms, by dBFS: the same windows, and those of the seconds of a call. */
  rooms: z.record(z.string(), z.object({ windows: logits.min(1), seconds: logits })).optional(),
};

export const clipSchema = z.object({
  corpus: z.enum(SPEECH_CORPORA),
  speaker: z.int(),
  label: z.int(),
  fold: z.int(),
  ...answersShape,
  /** The same where no voice encoder is installed; absent where none was. */
  without: z.object(answersShape).optional(),
});
/** A clip as the network that did not hear its speaker answers it. */
export type HeldOutClip = z.infer<typeof clipSchema>;

const partSchema = z.object({ recipe: z.string(), done: z.array(z.int()), clips: z.array(clipSchema) });
/** What an interrupted run keeps of its finished folds. */
export type FoldsPart = z.infer<typeof partSchema>;

/**
 * @returns null where there is none
 * @throws EmostreamError CONFIG_INVALID when it is of another recipe
 */
export async function readPart(path: string, recipe: string): Promise<FoldsPart | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return null;
  }
  let part: FoldsPart | undefined;
  try {
    part = partSchema.parse(JSON.parse(text));
  } catch {
    // Answered below, as folds of another recipe are.
  }
  if (part?.recipe === recipe) return part;
  const message = `${path} is of an interrupted cross-validation with other options or data: give the same, or begin anew with --restart.`;
  throw new EmostreamError('CONFIG_INVALID', message);
}

/** A clip's answers as distributions. */
export type HeldOutAnswer = Omit<HeldOutClip, 'windows' | 'rooms' | 'without'> &
  Calibrated & {
    /** Where no voice encoder is installed. */
    without?: Calibrated;
  };

interface Calibrated {
  /** Of the clip: the mean of its windows. */
  probabilities: number[];
  /** From this confidence on an answer is certain. */
  uncertain_below: number;
  /** The same in rooms, and of each second of a call. */
  rooms?: Record<string, { probabilities: number[]; seconds: number[][] }>;
}

/**
 * Answers at the temperature, and with the threshold of `uncertain`, that fit the clips of all other folds. So a fold's speakers have
 * no part in their own calibration.
 */
export function calibrated(clips: readonly HeldOutClip[]): HeldOutAnswer[] {
  const isJudgedWithout = clips.some(({ without }) => without);
  const without = isJudgedWithout
    ? calibratedAlone(clips.map(({ without: answers, ...clip }) => ({ ...clip, ...answers })))
    : [];
  return calibratedAlone(clips).map((answers, i) => {
    const { corpus, speaker, label, fold, without: own } = clips[i]!;
    return { corpus, speaker, label, fold, ...answers, ...(own && { without: without[i]! }) };
  });
}

function calibratedAlone(clips: readonly HeldOutClip[]): Calibrated[] {
  const fits = new Map<number, { temperature: number; threshold: number }>();
  for (const fold of new Set(clips.map((clip) => clip.fold))) {
    const others = clips.filter((clip) => clip.fold !== fold);
    const labels = others.flatMap(({ label, windows }) => windows.map(() => label));
    const temperature = temperatureOf(Float32Array.from(others.flatMap(({ windows }) => windows.flat())), labels);
    fits.set(fold, { temperature, threshold: uncertainThreshold(judgedAt(others, temperature)).threshold });
  }
  return clips.map(({ windows, rooms, fold }) => {
    const { temperature, threshold } = fits.get(fold)!;
    return {
      probabilities: meanOfWindows(windows, temperature),
      uncertain_below: threshold,
      ...(rooms && {
        rooms: Object.fromEntries(
          Object.entries(rooms).map(([room, { windows: whole, seconds }]) => [
            room,
            {
              probabilities: meanOfWindows(whole, temperature),
              seconds: seconds.map((second) => meanOfWindows([second], temperature)),
            },
          ]),
        ),
      }),
    };
  });
}

/** What users get: seconds in rooms where any clip was heard there, else windows. Every corpus counts alike. */
function judgedAt(clips: readonly HeldOutClip[], temperature: number): Judged[] {
  const perCorpus = new Map<string, Judged[]>();
  const inRooms = clips.some(({ rooms }) => rooms);
  for (const { corpus, label, windows, rooms = {} } of clips) {
    const judged = perCorpus.get(corpus) ?? [];
    perCorpus.set(corpus, judged);
    for (const second of inRooms ? Object.values(rooms).flatMap(({ seconds }) => seconds) : windows) {
      const answer = meanOfWindows([second], temperature);
      const confidence = Math.max(...answer);
      judged.push({ confidence, right: answer.indexOf(confidence) === label, weight: 1 });
    }
  }
  return [...perCorpus.values()].flatMap((judged) => judged.map((each) => ({ ...each, weight: 1 / judged.length })));
}

function meanOfWindows(windows: readonly (readonly number[])[], temperature: number): number[] {
  const perWindow = probabilities(Float32Array.from(windows.flat()), temperature);
  return Array.from(meanPerClip(perWindow, [windows.length]), (share) => Math.min(share, 1));
}
