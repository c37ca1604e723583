import { MODALITIES } from '../common/emotions.js';
import { writeCalibration } from './calibration-store.js';
import { CheckpointStore } from './checkpoint.js';
import { USER_CORPORA } from './data/user-corpora.js';
import { checkWith, checkWithout } from './extra-sets.js';
import type { FitResult } from './fit.js';
import type { RunControl } from './resume.js';
import { startTensorflowBackend } from './tensorflow-backend.js';
import { trainFace } from './train-face.js';
import { trainFusion } from './train-fusion.js';
import {
  BUILT_IN_CORPORA,
  BURST_CORPORA,
  CORPUS_TITLES,
  SPEECH_CORPORA,
  WORDS_CORPORA,
  type BuiltInCorpus,
  type TrainOptions,
} from './train-options.js';
import { trainVoice } from './train-voice.js';
import { trainWords } from './train-words.js';
import { readWeights, writeWeights, type LogMelOrigin, type LogMelRecord } from './weights-store.js';

export const PARTS = ['face', 'voice', 'words', 'fusion'] as const;
export type Part = (typeof PARTS)[number];

export interface TrainPartOptions extends Omit<TrainOptions, 'onBest' | 'from' | 'control'> {
  /** Go on from the weights that are there, with a new schedule of learning rates. */
  goOn: boolean;
  /** Forget the checkpoint of an interrupted run. */
  restart?: boolean;
  /** Aborted: ends after the running step, with the signal's reason; the next run goes on there. */
  signal?: AbortSignal;
  /** Folder in which trained parts are kept. */
  weights: string;
  /** The command line, for the record. */
  command: string;
}

const OWN: Record<Part, readonly BuiltInCorpus[]> = {
  face: ['ferplus'],
  voice: [...SPEECH_CORPORA, ...BURST_CORPORA],
  words: WORDS_CORPORA,
  fusion: BUILT_IN_CORPORA,
};

const corporaOf = (
  part: Part,
  { without = [], with: extra = [] }: Pick<TrainOptions, 'without' | 'with'>,
  bursts: boolean,
): string[] => [
  ...OWN[part]
    .filter((corpus) => !without.includes(corpus) && (bursts || !BURST_CORPORA.some((name) => name === corpus)))
    .map((corpus) => CORPUS_TITLES[corpus]),
  ...extra.map((name) => USER_CORPORA[name].title),
];

/**
 * Trains a part on the `tensorflow` engine; its best weights are written each time they get better, and a checkpoint after every
 * epoch, with which an interrupted run goes on.
 */
export async function trainPart(part: Part, options: TrainPartOptions): Promise<void> {
  const { weights: folder, command, seed, signal, log } = options;
  checkWith(part, options);
  checkWithout(part, options);
  await startTensorflowBackend();
  const store = new CheckpointStore(folder, part);
  if (options.restart) await store.remove();
  const interrupted = await store.load();
  const from = options.goOn && !interrupted ? await readWeights(folder, part) : null;
  // The weights that are there may be the interrupted run's own: it knows what it went on from.
  const before = interrupted ? interrupted.before : from?.record;
  const onBest = async ({ weights, score, epoch, epochs, cpuSeconds, logMel, bursts }: FitResult): Promise<void> => {
    // A run that went on must have got better to replace what was there.
    if (before && score <= before.validationScore) return;
    await writeWeights(folder, weights, {
      part,
      command,
      seed,
      epochs,
      bestEpoch: epoch,
      validationScore: score,
      cpuSeconds: Math.round(cpuSeconds),
      corpora: corporaOf(part, options, bursts === true),
      finishedAt: new Date().toISOString(),
      ...(logMel ? { logMel: withoutSpeakers(logMel) } : {}),
      ...(before ? { before } : {}),
    });
  };
  const control: RunControl = {
    store,
    options: await runOptions(part, options),
    ...(before ? { before } : {}),
    ...(signal ? { signal } : {}),
  };
  const best = await train(part, { ...options, onBest, control, ...(from ? { from: from.weights } : {}) });
  await onBest(best);
  await store.remove();
  log(`${part}: best at epoch ${best.epoch}, score ${best.score.toFixed(4)}; weights in ${folder}`);
}

function withoutSpeakers(record: LogMelRecord): LogMelOrigin {
  const { seed, steps, batch, seconds, runs, device, jax, finishedAt } = record;
  return { seed, steps, batch, seconds, runs, device, jax, finishedAt };
}

/** What an interrupted run must find the same when it goes on. */
async function runOptions(part: Part, options: TrainPartOptions): Promise<Record<string, string>> {
  const { seed, goOn, without = [], with: extra = [], weights } = options;
  const own = {
    ...{ seed: String(seed), '--continue': String(goOn), '--without': [...without].sort().join(' ') },
    ...(extra.length > 0 ? { '--with': extra.join(' ') } : {}),
    ...(options.logMel === undefined ? {} : { '--log-mel': options.logMel }),
  };
  if (part !== 'fusion') return own;
  // Fusion is trained on what the other parts make of their data.
  const parts = await Promise.all(MODALITIES.map((other) => readWeights(weights, other)));
  return { ...own, 'the parts to fuse': parts.map(({ record }) => record.finishedAt).join(' ') };
}

async function train(part: Part, options: TrainOptions & { weights: string }): Promise<FitResult> {
  if (part === 'face') return trainFace(options);
  if (part === 'voice') return trainVoice(options);
  if (part === 'words') return trainWords(options);
  const result = await trainFusion(options);
  await writeCalibration(options.weights, result.calibration);
  return result;
}
