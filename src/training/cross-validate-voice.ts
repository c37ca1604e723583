import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { EMOTIONS } from '../common/emotions.js';
import { EmostreamError } from '../common/errors.js';
import type { NamedWeights } from '../inference/model-format.js';
import { temperatureOf } from './calibrate.js';
import { meanPerClip, windowsOfClips } from './clip-judge.js';
import { writeAtomic } from './data/atomic-file.js';
import type { SpeechSet } from './data/speech.js';
import { foldBatchNorm } from './fold.js';
import { figures } from './metrics.js';
import { predictVoices, probabilities } from './predict.js';
import { Rng } from './rng.js';
import { clipsOfSpeakers, speakerFolds } from './splits.js';
import { startTensorflowBackend } from './tensorflow-backend.js';
import { SPEECH_CORPORA, type SpeechCorpus, type TrainOptions } from './train-options.js';
import { speechSets, trainOnVoices, VOICE_EPOCHS } from './train-voice.js';
import { voiceExamples } from './voice-examples.js';

const clipSchema = z.object({
  corpus: z.enum(SPEECH_CORPORA),
  speaker: z.int(),
  label: z.int(),
  fold: z.int(),
  /** One row of seven, before softmax, for each window of the clip. */
  windows: z.array(z.array(z.number()).length(EMOTIONS.length)).min(1),
});
/** A clip as the network that did not hear its speaker answers it. */
export type HeldOutClip = z.infer<typeof clipSchema>;

const partSchema = z.object({ recipe: z.string(), done: z.array(z.int()), clips: z.array(clipSchema) });
type Part = z.infer<typeof partSchema>;

export interface CrossValidateOptions extends Pick<TrainOptions, 'prepared' | 'seed' | 'epochs' | 'without' | 'log'> {
  weights: string;
  /** The command line, for the record. */
  command: string;
  /** Forget the folds of an interrupted run. */
  restart?: boolean;
}

/**
 * Trains the voice network once for each fold, without its speakers, for a fixed number of epochs: nothing is chosen on a held-out
 * speaker. Writes `voice.folds.json` in the weights folder; a finished fold is kept, and an interrupted run goes on after it.
 */
export async function crossValidateVoice(options: CrossValidateOptions): Promise<void> {
  const { seed, epochs = VOICE_EPOCHS, weights: folder, command, log } = options;
  const named = await speechSets(options);
  const sets = [...named.values()];
  const folds = speakerFolds(sets.flatMap(({ speakers }) => [...speakers]));
  const partPath = join(folder, 'voice.folds.part.json');
  if (options.restart) await rm(partPath, { force: true });
  const recipe = JSON.stringify({ seed, epochs, folds });
  const part = (await readPart(partPath, recipe)) ?? { recipe, done: [], clips: [] };
  await startTensorflowBackend();
  const open = [...folds.entries()].filter(([fold]) => !part.done.includes(fold));
  if (open.length > 0) log('making augmented copies of all clips, for all folds');
  const examples = open.length > 0 ? voiceExamples(sets, () => true, new Rng(seed)) : [];
  for (const [fold, heldOut] of open) {
    const { weights } = await trainOnVoices(
      examples.filter(({ speaker }) => !heldOut.includes(speaker)),
      { seed: seed + fold, epochs, log: (line) => log(`fold ${fold + 1}/${folds.length}  ${line}`) },
      {
        // Judged once, after the last epoch, and by nothing: fit would otherwise choose an epoch.
        validateEvery: epochs,
        validate: () => ({ score: 0, text: 'held-out speakers not looked at' }),
      },
    );
    for (const [corpus, set] of named) part.clips.push(...answer(weights, corpus, set, heldOut, fold));
    part.done.push(fold);
    await writeAtomic(partPath, JSON.stringify(part));
  }
  const rows = calibrated(part.clips);
  await writeAtomic(join(folder, 'voice.folds.json'), JSON.stringify({ command, seed, folds, rows }));
  await rm(partPath, { force: true });
  for (const corpus of named.keys()) {
    const own = rows.filter((row) => row.corpus === corpus);
    const labels = own.map(({ label }) => label);
    const { uar, ece, n } = figures(
      own.flatMap((row) => row.probabilities),
      labels,
      EMOTIONS.length,
    );
    log(`${corpus}, speakers held out: uar ${(100 * uar).toFixed(1)} ece ${ece.toFixed(3)} (n ${n})`);
  }
}

async function readPart(path: string, recipe: string): Promise<Part | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return null;
  }
  let part: Part | undefined;
  try {
    part = partSchema.parse(JSON.parse(text));
  } catch {
    // Answered below, as folds of another recipe are.
  }
  if (part?.recipe === recipe) return part;
  const message = `${path} is of an interrupted cross-validation with other options or data: give the same, or begin anew with --restart.`;
  throw new EmostreamError('CONFIG_INVALID', message);
}

function answer(
  weights: ReadonlyMap<string, NamedWeights>,
  corpus: SpeechCorpus,
  set: SpeechSet,
  heldOut: readonly number[],
  fold: number,
): HeldOutClip[] {
  const clips = clipsOfSpeakers(set, (speaker) => heldOut.includes(speaker));
  if (clips.length === 0) return [];
  const { windows, counts } = windowsOfClips(set, clips);
  const { logits } = predictVoices(foldBatchNorm(weights), windows);
  let at = 0;
  return clips.map((clip, i) => {
    const own = Array.from({ length: counts[i]! }, () => [...logits.subarray(at, (at += EMOTIONS.length))]);
    return { corpus, speaker: set.speakers[clip]!, label: set.labels[clip]!, fold, windows: own };
  });
}

/**
 * Clip-level answers: the mean of a clip's windows, at the temperature that fits the clips of all other folds. So a fold's
 * speakers have no part in their own calibration.
 */
export function calibrated(
  clips: readonly HeldOutClip[],
): (Omit<HeldOutClip, 'windows'> & { probabilities: number[] })[] {
  const temperatures = new Map<number, number>();
  for (const fold of new Set(clips.map((clip) => clip.fold))) {
    const others = clips.filter((clip) => clip.fold !== fold);
    const labels = others.flatMap(({ label, windows }) => windows.map(() => label));
    temperatures.set(fold, temperatureOf(Float32Array.from(others.flatMap(({ windows }) => windows.flat())), labels));
  }
  return clips.map(({ windows, ...clip }) => {
    const perWindow = probabilities(Float32Array.from(windows.flat()), temperatures.get(clip.fold));
    const mean = meanPerClip(perWindow, [windows.length]);
    return { ...clip, probabilities: Array.from(mean, (share) => Math.min(share, 1)) };
  });
}
