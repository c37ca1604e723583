import * as tf from '@tensorflow/tfjs-core';
import { EMOTIONS } from '../common/emotions.js';
import { wordFeatures } from '../features/tokens.js';
import { WORD_ROW, WORD_TOKENS, WORDS_META } from '../features/types.js';
import { modalityHeads } from '../inference/network/heads.js';
import { wordsEncoder } from '../inference/network/words-encoder.js';
import { affectOf } from './circumplex.js';
import { FINE_LABELS, readTexts, textOf, type TextSet } from './data/text.js';
import { extraSets } from './extra-sets.js';
import { fit, type FitResult } from './fit.js';
import { foldBatchNorm } from './fold.js';
import { headLoss } from './loss.js';
import { describe, figures, meanOf, type ClassificationFigures } from './metrics.js';
import { AdamW } from './optimiser.js';
import { predictWords, probabilities } from './predict.js';
import { Rng } from './rng.js';
import { ShuffledIndices } from './sampler.js';
import type { Split } from './splits.js';
import { TrainingLayers } from './training-layers.js';
import { MADE, RECOGNISED, type TrainOptions, type WordsCorpus } from './train-options.js';
import { makeSentence } from './words/made-sentences.js';
import { asRecognised } from './words/recognised.js';

const BATCH = 128;
const IDS = WORD_TOKENS * WORD_ROW;
/** Times that each line of dialogue is seen while a comment is seen once: four times fewer, and nearer to a call. */
const DIALOGUE_REPEATS = 4;
/** The head that training alone has, for the labels before they were mapped: they say more of a text than the seven do. */
const FINE_HEAD = 'words-fine/logits';
const FINE_WEIGHT = 0.5;

/** The words network on GoEmotions (Ekman) and MELD; judged by macro-F1 on the one and weighted F1 on the other's validation split. */
export async function trainWords({
  prepared,
  seed,
  epochs = 10,
  from,
  with: names = [],
  without = [],
  onBest,
  control,
  log,
}: TrainOptions): Promise<FitResult> {
  const extra = await extraSets('words', { prepared, with: names, without });
  const read = async (corpus: WordsCorpus, split: Split): Promise<TextSet[]> =>
    without.includes(corpus) ? [] : [await readTexts(prepared, `${corpus}-${split}`)];
  const sets = [
    ...(await read('goemotions', 'train')),
    ...(await read('meld', 'train')).flatMap((set) => Array.from({ length: DIALOGUE_REPEATS }, () => set)),
    ...extra.train,
  ];
  const [goemotions] = await read('goemotions', 'valid');
  const [meld] = await read('meld', 'valid');
  const rng = new Rng(seed);
  const layers = new TrainingLayers(rng.fork());
  if (from) layers.restore(from);
  const examples = sets.flatMap((set) => [...set.labels.keys()].map((i) => ({ set, i })));
  // Numbers past the examples stand for made sentences, each another one every time.
  const count = Math.round(examples.length / (1 - MADE));
  const indices = new ShuffledIndices(count, rng.fork());
  const augmenting = rng.fork();

  const loss = (): tf.Scalar => {
    const ids = new Int32Array(BATCH * IDS);
    const meta = new Float32Array(BATCH * WORDS_META);
    const fine = new Float32Array(BATCH * FINE_LABELS);
    const put = (row: number, text: string, changed: number): void => {
      const given = augmenting.chance(RECOGNISED) ? asRecognised(text, augmenting) : text;
      const features = wordFeatures(given);
      ids.set(features.tokens, row * IDS);
      meta.set([changed, ...features.meta.slice(1)], row * WORDS_META);
    };
    const targets = indices.take(BATCH).map((index, row) => {
      const example = examples[index];
      if (!example) {
        const made = makeSentence(augmenting);
        put(row, made.text, augmenting.chance(0.2) ? 1 : 0);
        return made.target;
      }
      const { set, i } = example;
      // Who spoke before is often not known; and it must not tell the one corpus from the other.
      const changed = augmenting.chance(0.5) ? 0 : set.meta[i * WORDS_META]!;
      put(row, textOf(set, i), changed);
      if (set.fine) fine.set(set.fine.subarray(i * FINE_LABELS, (i + 1) * FINE_LABELS), row * FINE_LABELS);
      return [...set.targets.subarray(i * EMOTIONS.length, (i + 1) * EMOTIONS.length)];
    });
    const encoded = wordsEncoder(
      layers,
      tf.tensor3d(ids, [BATCH, WORD_TOKENS, WORD_ROW], 'int32'),
      tf.tensor2d(meta, [BATCH, WORDS_META]),
    );
    const heads = modalityHeads(layers, 'words', encoded);
    const ofSeven = headLoss(heads, tf.tensor2d(targets), tf.tensor2d(targets.map(affectOf)));
    const ofFine = fineLoss(layers.dense(FINE_HEAD, encoded, FINE_LABELS), tf.tensor2d(fine, [BATCH, FINE_LABELS]));
    return tf.add(ofSeven, tf.mul(ofFine, FINE_WEIGHT));
  };

  const result = await fit({
    layers,
    optimiser: new AdamW({ weightDecay: 0.05, clipNorm: 2, averageDecay: 0.998 }),
    epochs,
    stepsPerEpoch: Math.ceil(count / BATCH),
    learningRate: 1e-3,
    loss,
    validate: (weights) => {
      const folded = foldBatchNorm(weights);
      const judged = (set: TextSet): ClassificationFigures => {
        const { logits } = predictWords(folded, set.tokens, set.meta);
        return figures(probabilities(logits), set.labels, EMOTIONS.length);
      };
      const ofGoemotions = goemotions && judged(goemotions);
      const ofMeld = meld && judged(meld);
      const scores = [...(ofGoemotions ? [ofGoemotions.macroF1] : []), ...(ofMeld ? [ofMeld.weightedF1] : [])];
      const score =
        scores.length > 0
          ? scores.reduce((sum, each) => sum + each, 0) / scores.length
          : meanOf(extra.judge(folded), ({ weightedF1 }) => weightedF1);
      const text = [
        ...(ofGoemotions ? [`GoEmotions ${describe(ofGoemotions)}`] : []),
        ...(ofMeld ? [`MELD ${describe(ofMeld)}`] : []),
      ].join(' | ');
      return { score, text: text + extra.report(folded) };
    },
    ...(onBest && { onBest: (best: FitResult) => onBest(shipped(best)) }),
    control,
    log,
  });
  return shipped(result);
}

/**
 * Binary cross-entropy of each label, summed over the labels, over the texts that have any.
 * @param logits n × FINE_LABELS @param truths n × FINE_LABELS of 0 and 1; a row of zeros: not annotated so
 */
export function fineLoss(logits: tf.Tensor2D, truths: tf.Tensor2D): tf.Scalar {
  const perText = tf.sum(tf.sub(tf.softplus(logits), tf.mul(truths, logits)), 1);
  const annotated = tf.minimum(tf.sum(truths, 1), 1);
  return tf.div(tf.sum(tf.mul(perText, annotated)), logits.shape[0]);
}

/** Without the head that only training has. */
function shipped(result: FitResult): FitResult {
  const weights = new Map([...result.weights].filter(([name]) => !name.startsWith(`${FINE_HEAD}/`)));
  return { ...result, weights };
}
