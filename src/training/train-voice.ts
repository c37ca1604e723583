import * as tf from '@tensorflow/tfjs-core';
import { EMOTIONS } from '../common/emotions.js';
import { MEL_BANDS, MEL_FRAMES } from '../features/types.js';
import { modalityHeads } from '../inference/network/heads.js';
import { voiceEncoder } from '../inference/network/voice-encoder.js';
import { affectOf } from './circumplex.js';
import { judgeClips } from './clip-judge.js';
import { readPrepared } from './data/prepared.js';
import type { SpeechSet } from './data/speech.js';
import { eachAlone } from './each-alone.js';
import { extraSets } from './extra-sets.js';
import { fit, type FitOptions, type FitResult } from './fit.js';
import { foldBatchNorm } from './fold.js';
import { headLoss } from './loss.js';
import { describe, figures, meanOf } from './metrics.js';
import { AdamW } from './optimiser.js';
import { Rng } from './rng.js';
import { RoomNoise } from './room-noise.js';
import { ShuffledIndices } from './sampler.js';
import { clipsOf, splitOfSpeaker } from './splits.js';
import { TrainingLayers } from './training-layers.js';
import { SPEECH_CORPORA, type JudgedSpeech, type TrainOptions } from './train-options.js';
import { drawWindow, voiceExamples, type VoiceExample } from './voice-examples.js';

/** Passes over the data unless told otherwise. */
export const VOICE_EPOCHS = 44;
const BATCH = 16;
const WINDOW = MEL_FRAMES * MEL_BANDS;

/** The corpora that are asked for, by name. */
export async function speechSets(
  { prepared, without = [] }: Pick<TrainOptions, 'prepared' | 'without'>,
  among: readonly JudgedSpeech[] = SPEECH_CORPORA,
): Promise<Map<JudgedSpeech, SpeechSet>> {
  const corpora = among.filter((corpus) => !without.some((name) => name === corpus));
  const sets = await Promise.all(corpora.map((corpus) => readPrepared<SpeechSet>(prepared, corpus)));
  return new Map(corpora.map((corpus, i) => [corpus, sets[i]!]));
}

/** The voice network on RAVDESS and EMO-DB, split by speaker; judged by the UAR over clips of the validation speakers. */
export async function trainVoice(options: TrainOptions): Promise<FitResult> {
  const sets = [...(await speechSets(options)).values()];
  const extra = await extraSets('voice', options);
  const isTrained = (speaker: number): boolean => splitOfSpeaker(speaker) === 'train';
  const examples = voiceExamples([...sets, ...extra.train], isTrained, new Rng(options.seed));
  return trainOnVoices(examples, options, {
    validateEvery: 3,
    validate: (weights) => {
      const folded = foldBatchNorm(weights);
      const judged = sets.map((set) => {
        const { probabilities, labels } = judgeClips(folded, set, clipsOf(set, 'valid'));
        return figures(probabilities, labels, EMOTIONS.length);
      });
      const score = meanOf(judged.length > 0 ? judged : extra.judge(folded), ({ uar }) => uar);
      return { score, text: judged.map(describe).join(' | ') + extra.report(folded) };
    },
  });
}

/** Trains on these clips and no others. */
export async function trainOnVoices(
  examples: readonly VoiceExample[],
  { seed, epochs = VOICE_EPOCHS, from, onBest, control, log }: Omit<TrainOptions, 'prepared' | 'without'>,
  judging: Pick<FitOptions, 'validate' | 'validateEvery'>,
): Promise<FitResult> {
  const rng = new Rng(seed);
  const layers = new TrainingLayers(rng.fork());
  if (from) layers.restore(from);
  const augmenting = rng.fork();
  const rooms = new RoomNoise(augmenting.fork());
  log(`voice: ${examples.length} training clips`);
  const indices = new ShuffledIndices(examples.length, rng.fork());

  const loss = (): tf.Scalar => {
    const windows = new Float32Array(BATCH * WINDOW);
    const drawn = Array.from({ length: BATCH }, () => examples[indices.next()]!);
    drawn.forEach((example, i) => windows.set(drawWindow(example, rooms, augmenting), i * WINDOW));
    const targets = drawn.map(({ target }) => target);
    const weights = tf.tensor1d(drawn.map(({ weight }) => weight));
    const x = tf.tensor4d(windows, [BATCH, MEL_FRAMES, MEL_BANDS, 1]);
    const [truths, affects] = [tf.tensor2d(targets), tf.tensor2d(targets.map(affectOf))];
    // Each network of the two has to answer alone. Under a loss of their mean the one that learns sooner would do all the work.
    const [plain, centred] = eachAlone(voiceEncoder(layers, x, null), 2).map((alone) =>
      headLoss(modalityHeads(layers, 'voice', alone), truths, affects, weights),
    );
    return tf.add(plain!, centred!);
  };

  const optimiser = new AdamW({ weightDecay: 0.05, clipNorm: 2, averageDecay: 0.995 });
  const run = fit({
    layers,
    optimiser,
    epochs,
    stepsPerEpoch: Math.ceil(examples.length / BATCH),
    learningRate: 3e-3,
    loss,
    ...judging,
    onBest,
    control,
    log,
  });
  return run.finally(() => {
    // Cross-validation trains many in one process.
    layers.dispose();
    optimiser.dispose();
  });
}
