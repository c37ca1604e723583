import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EMOTIONS } from '../common/emotions.js';
import { EmostreamError } from '../common/errors.js';
import { writeAtomic } from './data/atomic-file.js';
import type { VoiceSet } from './heard/heard-clips.js';
import { openVoiceEncoder } from './heard/installed-encoder.js';
import { answerHeldOut } from './held-out-answers.js';
import { calibrated, readPart } from './held-out-clips.js';
import { IN_ROOMS } from './live-seconds.js';
import { figures } from './metrics.js';
import { Rng } from './rng.js';
import { speakerFolds, splitOfSpeaker } from './splits.js';
import { isEmogator } from './speakers.js';
import { startTensorflowBackend } from './tensorflow-backend.js';
import type { SpeechCorpus, TrainOptions } from './train-options.js';
import { corpusRun, foldRun } from './log-mel/pack.js';
import { readLogMel } from './log-mel/trained.js';
import { burstSets, speakersHeard, speechSets, trainOnVoices, VOICE_EPOCHS } from './train-voice.js';
import { voiceExamples } from './voice-examples.js';

export interface CrossValidateOptions extends Pick<
  TrainOptions,
  'prepared' | 'seed' | 'epochs' | 'without' | 'logMel' | 'log'
> {
  weights: string;
  /** The command line, for the record. */
  command: string;
  /** Forget the folds of an interrupted run. */
  restart?: boolean;
  /** Of each corpus about so many clips are judged in rooms too; default IN_ROOMS, 0: none. */
  inRooms?: number;
}

type Sets = ReadonlyMap<SpeechCorpus, VoiceSet>;

/** What is held out in turn. */
interface Plan {
  /** The file of the answers, without its ending. */
  file: string;
  /** Speakers that are held out together. */
  foldsOf: (sets: Sets) => number[][];
  /** Name of what scripts/log-mel/train.py trained without a fold. */
  logMelOf: (fold: number) => string;
}

/** Trains the voice network once for each of ten folds, without its speakers, and writes `voice.folds.json` in the weights folder. */
export async function crossValidateVoice(options: CrossValidateOptions): Promise<void> {
  const foldsOf = (sets: Sets): number[][] => speakerFolds(speakersOf(sets));
  await runFolds({ file: 'voice.folds', foldsOf, logMelOf: foldRun }, options);
}

/** Trains the voice network once for each corpus, on all speakers of the others, and writes `voice.corpora.json` in the weights folder. */
export async function leaveOutCorpora(options: CrossValidateOptions): Promise<void> {
  const foldsOf = (sets: Sets): number[][] =>
    [...sets.values()].map(({ speakers }) => [...new Set(speakers)].sort((a, b) => a - b));
  await runFolds({ file: 'voice.corpora', foldsOf, logMelOf: corpusRun }, options);
}

const speakersOf = (sets: Sets): number[] => [...sets.values()].flatMap(({ speakers }) => [...speakers]);

/**
 * Each training takes a fixed number of steps: nothing is chosen on who is held out. A finished fold is kept, and an interrupted run
 * goes on after it.
 */
async function runFolds({ file, foldsOf, logMelOf }: Plan, options: CrossValidateOptions): Promise<void> {
  const { seed, epochs = VOICE_EPOCHS, weights: folder, command, inRooms = IN_ROOMS, logMel, log } = options;
  const encoder = await openVoiceEncoder();
  const sets = await speechSets(options, encoder);
  if (sets.size === 0)
    throw new EmostreamError('CONFIG_INVALID', 'Without any speech corpus there is no voice to train.');
  const bursts = await burstSets(options, encoder);
  const folds = foldsOf(sets);
  const partPath = join(folder, `${file}.part.json`);
  if (options.restart) await rm(partPath, { force: true });
  const recipe = JSON.stringify({
    ...{ seed, epochs, folds, inRooms, encoders: encoder?.identity ?? 'none' },
    ...(logMel === undefined ? {} : { logMel }),
    ...(bursts.size === 0 ? {} : { bursts: [...bursts.keys()] }),
  });
  const part = (await readPart(partPath, recipe)) ?? { recipe, done: [], clips: [] };
  await startTensorflowBackend();
  const open = [...folds.entries()].filter(([fold]) => !part.done.includes(fold));
  const copies = logMel === undefined ? undefined : 0;
  if (open.length > 0 && copies !== 0) log('making augmented copies of all clips, for all folds');
  // Speakers of bursts are held out by no fold: they are those of training in all of them.
  const isTrained = (speaker: number): boolean => !isEmogator(speaker) || splitOfSpeaker(speaker) === 'train';
  const trained = [...sets.values(), ...bursts.values()];
  const examples = open.length > 0 ? voiceExamples(trained, isTrained, new Rng(seed), copies) : [];
  for (const [fold, speakers] of open) {
    const others = examples.filter(({ speaker }) => !speakers.includes(speaker));
    const taken = logMel === undefined ? null : await readLogMel(logMel, logMelOf(fold), speakersHeard(others));
    const { weights } = await trainOnVoices(
      others,
      { seed: seed + fold, epochs, logMel: taken, log: (line) => log(`fold ${fold + 1}/${folds.length}  ${line}`) },
      {
        // Judged once, after the last epoch, and by nothing: fit would otherwise choose an epoch.
        validateEvery: epochs,
        validate: () => ({ score: 0, text: 'held-out speakers not looked at' }),
      },
    );
    for (const [corpus, set] of sets) {
      part.clips.push(...(await answerHeldOut(weights, { corpus, set, speakers, fold, encoder, inRooms })));
    }
    part.done.push(fold);
    await writeAtomic(partPath, JSON.stringify(part));
  }
  await encoder?.close();
  const rows = calibrated(part.clips);
  await writeAtomic(join(folder, `${file}.json`), JSON.stringify({ command, seed, folds, rows, clips: part.clips }));
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
