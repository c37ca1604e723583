import { writeCalibration } from './calibration-store.js';
import type { FitResult } from './fit.js';
import { startTensorflowBackend } from './tensorflow-backend.js';
import { trainFace } from './train-face.js';
import { trainFusion } from './train-fusion.js';
import { SPEECH_CORPORA, type SpeechCorpus, type TrainOptions } from './train-options.js';
import { trainVoice } from './train-voice.js';
import { trainWords } from './train-words.js';
import { readWeights, writeWeights } from './weights-store.js';

export const PARTS = ['face', 'voice', 'words', 'fusion'] as const;
export type Part = (typeof PARTS)[number];

export interface TrainPartOptions extends Omit<TrainOptions, 'onBest' | 'from'> {
  /** Go on from the weights that are there, with a new schedule of learning rates. */
  goOn: boolean;
  /** Folder in which trained parts are kept. */
  weights: string;
  /** The command line, for the record. */
  command: string;
}

const SPEECH_NAMES: Record<SpeechCorpus, string> = { ravdess: 'RAVDESS', emodb: 'EMO-DB' };

function corporaOf(part: Part, without: readonly SpeechCorpus[]): string[] {
  const voice = SPEECH_CORPORA.filter((corpus) => !without.includes(corpus)).map((corpus) => SPEECH_NAMES[corpus]);
  const [face, words] = [['FER+'], ['GoEmotions', 'MELD']];
  return { face, voice, words, fusion: [...face, ...voice, ...words] }[part];
}

/** Trains a part on the `tensorflow` engine; its best weights are written each time they get better. */
export async function trainPart(part: Part, options: TrainPartOptions): Promise<void> {
  const { weights: folder, command, seed, log } = options;
  await startTensorflowBackend();
  const before = options.goOn ? await readWeights(folder, part) : null;
  const onBest = async ({ weights, score, epoch, epochs, cpuSeconds }: FitResult): Promise<void> => {
    // A run that went on must have got better to replace what was there.
    if (before && score <= before.record.validationScore) return;
    await writeWeights(folder, weights, {
      part,
      command,
      seed,
      epochs,
      bestEpoch: epoch,
      validationScore: score,
      cpuSeconds: Math.round(cpuSeconds),
      corpora: corporaOf(part, options.without ?? []),
      finishedAt: new Date().toISOString(),
      ...(before ? { before: before.record } : {}),
    });
  };
  const best = await train(part, { ...options, onBest, ...(before ? { from: before.weights } : {}) });
  await onBest(best);
  log(`${part}: best at epoch ${best.epoch}, score ${best.score.toFixed(4)}; weights in ${folder}`);
}

async function train(part: Part, options: TrainOptions & { weights: string }): Promise<FitResult> {
  if (part === 'face') return trainFace(options);
  if (part === 'voice') return trainVoice(options);
  if (part === 'words') return trainWords(options);
  const result = await trainFusion(options);
  await writeCalibration(options.weights, result.calibration);
  return result;
}
