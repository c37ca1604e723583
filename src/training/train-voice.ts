import * as tf from '@tensorflow/tfjs-core';
import { EMOTIONS } from '../common/emotions.js';
import { EmostreamError } from '../common/errors.js';
import { logMel, type MelBlock } from '../features/log-mel.js';
import { MEL_BANDS, MEL_FRAMES } from '../features/types.js';
import { modalityHeads } from '../inference/network/heads.js';
import { voiceEncoder } from '../inference/network/voice-encoder.js';
import { affectOf } from './circumplex.js';
import { judgeClips } from './clip-judge.js';
import { readPrepared } from './data/prepared.js';
import type { SpeechSet } from './data/speech.js';
import { extraSets } from './extra-sets.js';
import { fit, type FitOptions, type FitResult } from './fit.js';
import { foldBatchNorm } from './fold.js';
import { headLoss } from './loss.js';
import { describe, figures } from './metrics.js';
import { AdamW } from './optimiser.js';
import { Rng } from './rng.js';
import { ShuffledIndices } from './sampler.js';
import { clipSamples, clipsOf, clipsOfSpeakers, splitOfSpeaker } from './splits.js';
import { TrainingLayers } from './training-layers.js';
import { SPEECH_CORPORA, type SpeechCorpus, type TrainOptions } from './train-options.js';
import { augmentVoice, maskWindow } from './voice-augment.js';
import { windowAt } from './voice-windows.js';

/** Passes over the data unless told otherwise. */
export const VOICE_EPOCHS = 36;
const BATCH = 16;
const WINDOW = MEL_FRAMES * MEL_BANDS;
/** Augmented copies of each clip, made once at the start; the first is the clip itself. */
const VARIANTS = 7;
/** Share of labels spread evenly: acted clips are not all of the emotion that the actor was asked for. */
const SMOOTHING = 0.08;

interface Example {
  variants: MelBlock[];
  target: number[];
}

/** The corpora that are asked for, by name. */
export async function speechSets({
  prepared,
  without = [],
}: Pick<TrainOptions, 'prepared' | 'without'>): Promise<Map<SpeechCorpus, SpeechSet>> {
  const corpora = SPEECH_CORPORA.filter((corpus) => !without.includes(corpus));
  if (corpora.length === 0)
    throw new EmostreamError('CONFIG_INVALID', 'Without any speech corpus there is no voice to train.');
  const sets = await Promise.all(corpora.map((corpus) => readPrepared<SpeechSet>(prepared, corpus)));
  return new Map(corpora.map((corpus, i) => [corpus, sets[i]!]));
}

/** The voice network on RAVDESS and EMO-DB, split by speaker; judged by the UAR over clips of the validation speakers. */
export async function trainVoice(options: TrainOptions): Promise<FitResult> {
  const sets = [...(await speechSets(options)).values()];
  const extra = await extraSets('voice', options);
  return trainOnSpeakers([...sets, ...extra.train], options, {
    isTrained: (speaker) => splitOfSpeaker(speaker) === 'train',
    validateEvery: 3,
    validate: (weights) => {
      const folded = foldBatchNorm(weights);
      const judged = sets.map((set) => {
        const { probabilities, labels } = judgeClips(folded, set, clipsOf(set, 'valid'));
        return figures(probabilities, labels, EMOTIONS.length);
      });
      const score = judged.reduce((sum, { uar }) => sum + uar, 0) / judged.length;
      return { score, text: judged.map(describe).join(' | ') + extra.report(folded) };
    },
  });
}

export interface SpeakerSplit extends Pick<FitOptions, 'validate' | 'validateEvery'> {
  isTrained: (speaker: number) => boolean;
}

/** Trains on the clips of some speakers. */
export async function trainOnSpeakers(
  sets: readonly SpeechSet[],
  { seed, epochs = VOICE_EPOCHS, from, onBest, control, log }: Omit<TrainOptions, 'prepared' | 'without'>,
  { isTrained, ...judging }: SpeakerSplit,
): Promise<FitResult> {
  const rng = new Rng(seed);
  const layers = new TrainingLayers(rng.fork());
  if (from) layers.restore(from);
  const augmenting = rng.fork();
  const examples = sets.flatMap((set) =>
    clipsOfSpeakers(set, isTrained).map((clip) => toExample(set, clip, augmenting)),
  );
  log(`voice: ${examples.length} training clips, ${VARIANTS} variants each`);
  const indices = new ShuffledIndices(examples.length, rng.fork());

  const loss = (): tf.Scalar => {
    const windows = new Float32Array(BATCH * WINDOW);
    const targets = Array.from({ length: BATCH }, (_, i) => {
      const example = examples[indices.next()]!;
      windows.set(drawWindow(example, augmenting), i * WINDOW);
      return example.target;
    });
    const x = tf.tensor4d(windows, [BATCH, MEL_FRAMES, MEL_BANDS, 1]);
    const heads = modalityHeads(layers, 'voice', voiceEncoder(layers, x));
    return headLoss(heads, tf.tensor2d(targets), tf.tensor2d(targets.map(affectOf)));
  };

  return fit({
    layers,
    optimiser: new AdamW({ weightDecay: 0.05, clipNorm: 2, averageDecay: 0.995 }),
    epochs,
    stepsPerEpoch: Math.ceil(examples.length / BATCH),
    learningRate: 2e-3,
    loss,
    ...judging,
    onBest,
    control,
    log,
  });
}

function toExample(set: SpeechSet, clip: number, rng: Rng): Example {
  const samples = clipSamples(set, clip);
  const variants = Array.from({ length: VARIANTS }, (_, i) => logMel(i === 0 ? samples : augmentVoice(samples, rng)));
  const target = EMOTIONS.map((_, i) => SMOOTHING / EMOTIONS.length + (i === set.labels[clip] ? 1 - SMOOTHING : 0));
  return { variants, target };
}

/** A live window cuts a sentence anywhere: the clip lies anywhere in it, at least half of the clip (or window) inside. */
function drawWindow({ variants }: Example, rng: Rng): Float32Array {
  const clip = variants[rng.below(variants.length)]!;
  const slack = Math.round(Math.min(clip.frames, MEL_FRAMES) * (rng.chance(0.3) ? 0.5 : 0));
  const low = Math.min(0, MEL_FRAMES - clip.frames) - slack;
  const high = Math.max(0, MEL_FRAMES - clip.frames) + slack;
  const window = windowAt(clip, low + rng.below(high - low + 1));
  maskWindow(window, rng);
  return window;
}
