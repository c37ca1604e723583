import * as tf from '@tensorflow/tfjs-core';
import { EMOTIONS } from '../common/emotions.js';
import { EmostreamError } from '../common/errors.js';
import { modalityHeads } from '../inference/network/heads.js';
import type { NamedWeights } from '../inference/model-format.js';
import { EMBEDDING } from '../inference/network/sizes.js';
import { heardParts, MEL_NETWORKS, melParts, VOICE_PARTS } from '../inference/network/voice-encoder.js';
import { judgeClips } from './clip-judge.js';
import { extraSets } from './extra-sets.js';
import { fit, type FitOptions, type FitResult } from './fit.js';
import { foldBatchNorm } from './fold.js';
import { heardClips, type VoiceSet } from './heard/heard-clips.js';
import { openVoiceEncoder, readVoiceSets } from './heard/installed-encoder.js';
import type { SecondEncoder } from './heard/seconds.js';
import { isStandard, standardVectors } from './heard/speaker-shift.js';
import { usedRun } from './log-mel/pack.js';
import { isHeadBias, readLogMel, withLogMel, type LogMelParts } from './log-mel/trained.js';
import { headLoss } from './loss.js';
import { describe, figures, meanOf, type ClassificationFigures } from './metrics.js';
import { AdamW } from './optimiser.js';
import { Rng } from './rng.js';
import { clipsOf, splitOfSpeaker } from './splits.js';
import { TrainingLayers } from './training-layers.js';
import {
  BURST_CORPORA,
  SPEECH_CORPORA,
  type BurstCorpus,
  type SpeechCorpus,
  type TrainOptions,
} from './train-options.js';
import { MEL_BATCH, VoiceBatches } from './voice-batches.js';
import { voiceExamples, type VoiceExample } from './voice-examples.js';

/** Unless told otherwise. An epoch is a pass over the clips, but at most so many steps, whatever the corpora. */
export const VOICE_EPOCHS = 10;
const EPOCH_STEPS = 100;

/** The corpora that are asked for, by name, with what the encoders hear in them. */
export function speechSets(
  { prepared, without = [], log }: Pick<TrainOptions, 'prepared' | 'without' | 'log'>,
  encoder: SecondEncoder | null,
): Promise<Map<SpeechCorpus, VoiceSet>> {
  const corpora = SPEECH_CORPORA.filter((corpus) => !without.includes(corpus));
  return readVoiceSets(corpora, { prepared, encoder, log });
}

/** The corpora of bursts that are asked for, by name; none where there are no encoders, which alone hear them. */
export async function burstSets(
  { prepared, without = [], log }: Pick<TrainOptions, 'prepared' | 'without' | 'log'>,
  encoder: SecondEncoder | null,
): Promise<Map<BurstCorpus, VoiceSet>> {
  const corpora = encoder ? BURST_CORPORA.filter((corpus) => !without.includes(corpus)) : [];
  const sets = await readVoiceSets(corpora, { prepared, encoder, log });
  return new Map([...sets].map(([name, set]) => [name, { ...set, bursts: true }]));
}

/**
 * The voice network on the built-in corpora, split by speaker; judged by the UAR over clips of the validation speakers, with the
 * encoders and as where none is installed alike: it has to serve both.
 */
export async function trainVoice(options: TrainOptions): Promise<FitResult> {
  const encoder = await openVoiceEncoder();
  const sets = [...(await speechSets(options, encoder)).values()];
  const bursts = await burstSets(options, encoder);
  const extra = await extraSets('voice', options, async (name, set) => ({
    ...set,
    heard: encoder && (await heardClips({ ...options, name }, set, encoder)),
  }));
  await encoder?.close();
  const isTrained = (speaker: number): boolean => splitOfSpeaker(speaker) === 'train';
  const copies = options.logMel === undefined ? undefined : 0;
  const heard = [...sets, ...extra.train, ...bursts.values()];
  const examples = voiceExamples(heard, isTrained, new Rng(options.seed), copies);
  const logMel =
    options.logMel === undefined
      ? null
      : await readLogMel(options.logMel, usedRun(options.seed), speakersHeard(examples));
  return trainOnVoices(
    examples,
    { ...options, logMel },
    {
      validateEvery: 3,
      validate: (weights) => {
        const folded = foldBatchNorm(weights);
        const judged = sets.map((set) => judgeValid(folded, set));
        const alone = sets.flatMap((set) => (set.heard ? [judgeValid(folded, { ...set, heard: null })] : []));
        const score = meanOf(judged.length > 0 ? [...judged, ...alone] : extra.judge(folded), ({ uar }) => uar);
        const without =
          alone.length > 0 ? ` | without encoders, uar ${(100 * meanOf(alone, ({ uar }) => uar)).toFixed(1)}` : '';
        const apart = [...bursts].map(([name, set]) => ` | ${name} ${describe(judgeValid(folded, set))}`).join('');
        return { score, text: judged.map(describe).join(' | ') + without + apart + extra.report(folded) };
      },
    },
  );
}

function judgeValid(folded: ReadonlyMap<string, NamedWeights>, set: VoiceSet): ClassificationFigures {
  const { probabilities, labels } = judgeClips(folded, set, clipsOf(set, 'valid'));
  return figures(probabilities, labels, EMOTIONS.length);
}

export const speakersHeard = (examples: readonly VoiceExample[]): Set<number> =>
  new Set(examples.map(({ speaker }) => speaker));

interface VoiceOptions extends Omit<TrainOptions, 'prepared' | 'without' | 'logMel'> {
  /** The networks on log-mel, when they are trained already. */
  logMel: LogMelParts | null;
}

/** Trains on these clips and no others. Where it is known what encoders hear in them, the network knows encoders too. */
export async function trainOnVoices(
  examples: readonly VoiceExample[],
  { seed, epochs = VOICE_EPOCHS, from, logMel, onBest, control, log }: VoiceOptions,
  { validate, validateEvery }: Pick<FitOptions, 'validate' | 'validateEvery'>,
): Promise<FitResult> {
  const rng = new Rng(seed);
  const layers = new TrainingLayers(rng.fork());
  const batches = new VoiceBatches(examples, rng);
  const speech = examples.filter(({ burst }) => !burst);
  if (logMel && !batches.hears) {
    const message =
      'Networks on log-mel are taken over beside voice encoders, and none are installed: `emostream speech install`.';
    throw new EmostreamError('CONFIG_INVALID', message);
  }
  const bursts = examples.length > speech.length ? `, ${examples.length - speech.length} bursts` : '';
  log(`voice: ${speech.length} training clips${bursts}${batches.hears ? '' : ', and no voice encoders'}`);
  if (batches.hears) layers.restore(standardVectors(speech));
  if (from) layers.restore(from);
  const width = EMBEDDING / (batches.hears ? VOICE_PARTS : 2);
  const loss = (): tf.Scalar => {
    const mel = logMel ? null : batches.nextMel();
    const heard = batches.hears ? batches.nextHeard() : null;
    // Each part has to answer alone. Under a loss of their mean the one that learns sooner would do all the work.
    const told = [
      ...(mel ? melParts(layers, mel.x, width).map((part, k) => ({ part, of: mel, k })) : []),
      ...(heard
        ? heardParts(layers, heard.values, width).map((part, k) => ({ part, of: heard, k: MEL_NETWORKS.length + k }))
        : []),
    ];
    const losses = told.map(({ part, of: { truths, affects, weights }, k }) => {
      const alone = tf.pad(part, [
        [0, 0],
        [k * width, EMBEDDING - (k + 1) * width],
      ]);
      return headLoss(modalityHeads(layers, 'voice', alone), truths, affects, weights);
    });
    return tf.addN(losses);
  };
  // Makes all variables; `fit` would take those that are restored for all there are.
  tf.tidy(() => void loss());

  const whole = (best: FitResult): FitResult => ({
    ...best,
    ...(logMel ? { weights: withLogMel(best.weights, logMel.weights), logMel: logMel.record } : {}),
    bursts: examples.length > speech.length,
  });
  const optimiser = new AdamW({ weightDecay: 0.05, clipNorm: 2, averageDecay: 0.995 });
  const run = fit({
    layers,
    optimiser,
    epochs,
    stepsPerEpoch: Math.min(EPOCH_STEPS, Math.ceil(speech.length / MEL_BATCH)),
    frozen: (name) => isStandard(name) || (logMel !== null && isHeadBias(name)),
    learningRate: 3e-3,
    loss,
    validate: (weights) => validate(logMel ? withLogMel(weights, logMel.weights) : weights),
    ...(validateEvery === undefined ? {} : { validateEvery }),
    ...(onBest ? { onBest: (best: FitResult) => onBest(whole(best)) } : {}),
    control,
    log,
  });
  return run.then(whole).finally(() => {
    // Cross-validation trains many in one process.
    layers.dispose();
    optimiser.dispose();
  });
}
