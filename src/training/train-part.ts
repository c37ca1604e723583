import type { FitResult } from './fit.js';
import { startTensorflowBackend } from './tensorflow-backend.js';
import { trainFace } from './train-face.js';
import { trainVoice } from './train-voice.js';
import { trainWords } from './train-words.js';
import type { TrainOptions } from './train-options.js';
import { writeWeights } from './weights-store.js';

export type Part = 'face' | 'voice' | 'words' | 'fusion';

export interface TrainPartOptions extends Omit<TrainOptions, 'onBest'> {
  /** Folder in which trained parts are kept. */
  weights: string;
  /** The command line, for the record. */
  command: string;
}

interface Trainer {
  corpora: string[];
  train: (options: TrainOptions & { weights: string }) => Promise<FitResult>;
}

const TRAINERS: Partial<Record<Part, Trainer>> = {
  face: { corpora: ['FER+'], train: trainFace },
  voice: { corpora: ['RAVDESS', 'EMO-DB'], train: trainVoice },
  words: { corpora: ['GoEmotions', 'MELD'], train: trainWords },
};

/** Trains a part on the `tensorflow` engine; its best weights are written each time they get better. */
export async function trainPart(part: Part, { weights: folder, command, ...options }: TrainPartOptions): Promise<void> {
  await startTensorflowBackend();
  const trainer = TRAINERS[part]!;
  const write = async (best: FitResult): Promise<void> => {
    const { weights, score, epoch, seconds } = best;
    const record = {
      part,
      command,
      seed: options.seed,
      bestEpoch: epoch,
      validationScore: score,
      seconds: Math.round(seconds),
      corpora: trainer.corpora,
      finishedAt: new Date().toISOString(),
    };
    await writeWeights(folder, weights, record);
  };
  const best = await trainer.train({ ...options, weights: folder, onBest: write });
  await write(best);
  options.log(`${part}: best at epoch ${best.epoch}, score ${best.score.toFixed(4)}; weights in ${folder}`);
}
