import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EMOTIONS } from '../common/emotions.js';
import { EmostreamError } from '../common/errors.js';
import { MEL_BANDS, MEL_FRAMES } from '../features/types.js';
import type { NamedWeights } from '../inference/model-format.js';
import { VoiceActivities } from '../speech/index.js';
import { windowsOfClips } from './clip-judge.js';
import { writeAtomic } from './data/atomic-file.js';
import type { SpeechSet } from './data/speech.js';
import { foldBatchNorm } from './fold.js';
import { calibrated, readPart, type HeldOutClip } from './held-out-clips.js';
import { joinFloats } from './join-floats.js';
import { hearInRoom, IN_ROOMS, ROOMS } from './live-seconds.js';
import { figures } from './metrics.js';
import { predictVoices } from './predict.js';
import { Rng } from './rng.js';
import { clipSamples, clipsOf, clipsOfSpeakers, speakerFolds } from './splits.js';
import { startTensorflowBackend } from './tensorflow-backend.js';
import { JUDGED_SPEECH, SPEECH_CORPORA, type JudgedSpeech, type TrainOptions } from './train-options.js';
import { speechSets, trainOnVoices, VOICE_EPOCHS } from './train-voice.js';
import { voiceExamples } from './voice-examples.js';

export interface CrossValidateOptions extends Pick<TrainOptions, 'prepared' | 'seed' | 'epochs' | 'without' | 'log'> {
  weights: string;
  /** The command line, for the record. */
  command: string;
  /** Forget the folds of an interrupted run. */
  restart?: boolean;
  /** Of each corpus about so many clips are judged in rooms too; default 400, 0: none. */
  inRooms?: number;
}

type Sets = ReadonlyMap<JudgedSpeech, SpeechSet>;

/** What is held out in turn. */
interface Plan {
  /** The file of the answers, without its ending. */
  file: string;
  sets: Sets;
  /** Speakers that are held out together. */
  folds: number[][];
  /** Passes over so many training clips. */
  epochsFor: (clips: number) => number;
}

/** Trains the voice network once for each of ten folds, without its speakers, and writes `voice.folds.json` in the weights folder. */
export async function crossValidateVoice(options: CrossValidateOptions): Promise<void> {
  const { epochs = VOICE_EPOCHS } = options;
  const sets = await speechSets(options);
  if (sets.size === 0)
    throw new EmostreamError('CONFIG_INVALID', 'Without any speech corpus there is no voice to train.');
  const folds = speakerFolds(speakersOf(sets));
  await runFolds({ file: 'voice.folds', sets, folds, epochsFor: () => epochs }, options);
}

/**
 * Trains the voice network once for each corpus, on all speakers of the other two, and writes `voice.corpora.json` in the weights
 * folder. Each training takes as many steps as the recipe does, whatever the corpora are: nEMO alone has more clips than the others.
 */
export async function leaveOutCorpora(options: CrossValidateOptions): Promise<void> {
  const { epochs = VOICE_EPOCHS } = options;
  const sets = await speechSets(options, JUDGED_SPEECH);
  const folds = [...sets.values()].map(({ speakers }) => [...new Set(speakers)].sort((a, b) => a - b));
  const usual = SPEECH_CORPORA.flatMap((name) => (sets.has(name) ? clipsOf(sets.get(name)!, 'train') : [])).length;
  const epochsFor = (clips: number): number => Math.max(1, Math.round((epochs * usual) / clips));
  await runFolds({ file: 'voice.corpora', sets, folds, epochsFor }, options);
}

const speakersOf = (sets: Sets): number[] => [...sets.values()].flatMap(({ speakers }) => [...speakers]);

/**
 * Each training takes a fixed number of epochs: nothing is chosen on who is held out. A finished fold is kept, and an interrupted run
 * goes on after it.
 */
async function runFolds({ file, sets, folds, epochsFor }: Plan, options: CrossValidateOptions): Promise<void> {
  const { seed, epochs = VOICE_EPOCHS, weights: folder, command, inRooms = IN_ROOMS, log } = options;
  const partPath = join(folder, `${file}.part.json`);
  if (options.restart) await rm(partPath, { force: true });
  const recipe = JSON.stringify({ seed, epochs, folds, inRooms });
  const part = (await readPart(partPath, recipe)) ?? { recipe, done: [], clips: [] };
  await startTensorflowBackend();
  const open = [...folds.entries()].filter(([fold]) => !part.done.includes(fold));
  if (open.length > 0) log('making augmented copies of all clips, for all folds');
  const examples = open.length > 0 ? voiceExamples([...sets.values()], () => true, new Rng(seed)) : [];
  for (const [fold, heldOut] of open) {
    const others = examples.filter(({ speaker }) => !heldOut.includes(speaker));
    const planned = epochsFor(others.length);
    const { weights } = await trainOnVoices(
      others,
      { seed: seed + fold, epochs: planned, log: (line) => log(`fold ${fold + 1}/${folds.length}  ${line}`) },
      {
        // Judged once, after the last epoch, and by nothing: fit would otherwise choose an epoch.
        validateEvery: planned,
        validate: () => ({ score: 0, text: 'held-out speakers not looked at' }),
      },
    );
    for (const [corpus, set] of sets) part.clips.push(...answer(weights, corpus, set, heldOut, fold, inRooms));
    part.done.push(fold);
    await writeAtomic(partPath, JSON.stringify(part));
  }
  const rows = calibrated(part.clips);
  await writeAtomic(join(folder, `${file}.json`), JSON.stringify({ command, seed, folds, rows }));
  await rm(partPath, { force: true });
  for (const corpus of sets.keys()) {
    const own = rows.filter((row) => row.corpus === corpus);
    const labels = own.map(({ label }) => label);
    const { uar, ece, n } = figures(
      own.flatMap((row) => row.probabilities),
      labels,
      EMOTIONS.length,
    );
    log(`${corpus}, held out: uar ${(100 * uar).toFixed(1)} ece ${ece.toFixed(3)} (n ${n})`);
  }
}

const WINDOW = MEL_FRAMES * MEL_BANDS;

function answer(
  weights: ReadonlyMap<string, NamedWeights>,
  corpus: JudgedSpeech,
  set: SpeechSet,
  heldOut: readonly number[],
  fold: number,
  inRooms: number,
): HeldOutClip[] {
  const clips = clipsOfSpeakers(set, (speaker) => heldOut.includes(speaker));
  if (clips.length === 0) return [];
  const folded = foldBatchNorm(weights);
  const { windows, counts } = windowsOfClips(set, clips);
  const whole = logitsOf(folded, windows);
  const ears = VoiceActivities.installed();
  const activity = ears.open();
  const every = inRooms > 0 ? Math.max(1, Math.round(set.labels.length / inRooms)) : Infinity;
  const answers = clips.map((clip, i) => {
    const own = whole.splice(0, counts[i]);
    const head = { corpus, speaker: set.speakers[clip]!, label: set.labels[clip]!, fold, windows: own };
    if (clip % every !== 0) return head;
    // Drawn by the clip, so that every network hears it in the same room.
    const rng = new Rng(clip + 1);
    const rooms = ROOMS.map((dbfs) => {
      const heard = hearInRoom(clipSamples(set, clip), dbfs, rng, activity);
      const seconds = heard.seconds.map(({ logMel }) => logMel);
      const logits = logitsOf(folded, joinFloats([...heard.windows, ...seconds]));
      const at = heard.windows.length;
      return [String(dbfs), { windows: logits.slice(0, at), seconds: logits.slice(at) }] as const;
    });
    return { ...head, rooms: Object.fromEntries(rooms) };
  });
  ears.dispose();
  return answers;
}

/** @param windows n × MEL_FRAMES × MEL_BANDS @returns n rows of seven */
function logitsOf(folded: ReadonlyMap<string, NamedWeights>, windows: Float32Array): number[][] {
  const { logits } = predictVoices(folded, windows);
  const size = EMOTIONS.length;
  return Array.from({ length: windows.length / WINDOW }, (_, i) => [...logits.subarray(i * size, (i + 1) * size)]);
}
