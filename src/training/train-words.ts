import * as tf from '@tensorflow/tfjs-core';
import { EMOTIONS } from '../common/emotions.js';
import type { NamedWeights } from '../inference/model-format.js';
import { WORD_ROW, WORD_TOKENS, WORDS_META } from '../features/types.js';
import { modalityHeads } from '../inference/network/heads.js';
import { WORD_READERS, wordsEncoder } from '../inference/network/words-encoder.js';
import { affectOf } from './circumplex.js';
import { FINE_LABELS, readTexts, textOf, type TextSet } from './data/text.js';
import { eachAlone } from './each-alone.js';
import { extraSets } from './extra-sets.js';
import { fit, type FitResult } from './fit.js';
import { foldBatchNorm } from './fold.js';
import { headLoss } from './loss.js';
import { describe, figures, meanOf } from './metrics.js';
import { AdamW } from './optimiser.js';
import { predictWords, probabilities } from './predict.js';
import { Rng } from './rng.js';
import { LengthBatches } from './sampler.js';
import type { Split } from './splits.js';
import { TrainingLayers } from './training-layers.js';
import { MADE, type TrainOptions, type WordsCorpus } from './train-options.js';
import { BatchMaker } from './words/batch-maker.js';
import { makeSentence } from './words/made-sentences.js';
import { adjustment, chooseStrength, lessened, sharesOf, withPrior } from './words/prior.js';

const BATCH = 128;
/** Times that each line of dialogue is seen while a comment is seen once: four times fewer, and nearer to a call. */
const DIALOGUE_REPEATS = 4;
/** The head that training alone has, for the labels before they were mapped: they say more of a text than the seven do. */
const FINE_HEAD = 'words-fine/logits';
const FINE_WEIGHT = 0.5;
/** Tokens of a made sentence, more or less. */
const MADE_LENGTH = 8;

/** The words network on GoEmotions (Ekman) and MELD; judged by macro-F1 on the one and weighted F1 on the other's validation split. */
export async function trainWords({
  prepared,
  seed,
  epochs = 8,
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
  const valid = [
    ...(goemotions ? [{ title: 'GoEmotions', set: goemotions, measure: 'macroF1' as const }] : []),
    ...(meld ? [{ title: 'MELD', set: meld, measure: 'weightedF1' as const }] : []),
  ];
  const rng = new Rng(seed);
  const layers = new TrainingLayers(rng.fork());
  if (from) layers.restore(from);
  const examples = sets.flatMap((set) => [...set.labels.keys()].map((i) => ({ set, i })));
  // Numbers past the examples stand for made sentences, each another one every time.
  const count = Math.round(examples.length / (1 - MADE));
  const lengthOf = ({ set, i }: (typeof examples)[number]): number => set.meta[i * WORDS_META + 1]! * WORD_TOKENS;
  const lengths = Float32Array.from({ length: count }, (_, i) =>
    i < examples.length ? lengthOf(examples[i]!) : MADE_LENGTH,
  );
  const batchesOf = new LengthBatches(lengths, BATCH, rng.fork());
  const augmenting = rng.fork();

  const batches = new BatchMaker(augmenting);

  const loss = (): tf.Scalar => {
    const fine = new Float32Array(BATCH * FINE_LABELS);
    const drawn = batchesOf.take().map((index, row) => {
      const example = examples[index];
      if (!example) {
        const { text, target } = makeSentence(augmenting);
        return { text, target, changed: augmenting.chance(0.2) ? 1 : 0 };
      }
      const { set, i } = example;
      if (set.fine) fine.set(set.fine.subarray(i * FINE_LABELS, (i + 1) * FINE_LABELS), row * FINE_LABELS);
      return {
        text: textOf(set, i),
        target: [...set.targets.subarray(i * EMOTIONS.length, (i + 1) * EMOTIONS.length)],
        // Who spoke before is often not known; and it must not tell the one corpus from the other.
        changed: augmenting.chance(0.5) ? 0 : set.meta[i * WORDS_META]!,
      };
    });
    const { ids, length, meta } = batches.make(drawn);
    const text = tf.tensor3d(ids, [BATCH, length, WORD_ROW], 'int32');
    const encoded = wordsEncoder(layers, text, tf.tensor2d(meta, [BATCH, WORDS_META]));
    // Each reader has to answer alone: under a loss of their mean they would be one network.
    const alone = tf.concat(eachAlone(encoded, WORD_READERS)) as tf.Tensor2D;
    const ofEach = (rows: tf.Tensor2D): tf.Tensor2D => tf.tile(rows, [WORD_READERS, 1]);
    const targets = drawn.map(({ target }) => target);
    const ofSeven = headLoss(
      modalityHeads(layers, 'words', alone),
      ofEach(tf.tensor2d(targets)),
      ofEach(tf.tensor2d(targets.map(affectOf))),
    );
    const truths = ofEach(tf.tensor2d(fine, [BATCH, FINE_LABELS]));
    const ofFine = fineLoss(layers.dense(FINE_HEAD, alone, FINE_LABELS), truths);
    return tf.mul(tf.add(ofSeven, tf.mul(ofFine, FINE_WEIGHT)), WORD_READERS);
  };

  const logitsOf = (weights: ReadonlyMap<string, NamedWeights>): Float32Array[] =>
    valid.map(({ set: { tokens, meta } }) => predictWords(foldBatchNorm(weights), tokens, meta).logits);
  const judge = (logits: readonly Float32Array[]): { score: number; text: string } => {
    const judged = valid.map(({ title, set, measure }, i) => {
      const of = figures(probabilities(logits[i]!), set.labels, EMOTIONS.length);
      return { score: of[measure], text: `${title} ${describe(of)}` };
    });
    const sum = judged.reduce((total, { score }) => total + score, 0);
    return { score: sum / Math.max(judged.length, 1), text: judged.map(({ text }) => text).join(' | ') };
  };

  const result = await fit({
    layers,
    optimiser: new AdamW({ weightDecay: 0.05, clipNorm: 4, averageDecay: 0.998 }),
    epochs,
    stepsPerEpoch: Math.ceil(count / BATCH),
    learningRate: 2e-3,
    loss,
    validate: (weights) => {
      const { score, text } = judge(logitsOf(weights));
      const folded = foldBatchNorm(weights);
      const ofExtra = (): number => meanOf(extra.judge(folded), ({ weightedF1 }) => weightedF1);
      return { score: valid.length > 0 ? score : ofExtra(), text: text + extra.report(folded) };
    },
    ...(onBest && { onBest: (best: FitResult) => onBest(shipped(best)) }),
    control,
    log,
  });
  // Without a validation split of these there is nothing to choose on.
  if (valid.length === 0) return shipped(result);
  const shares = sharesOf(sets.map(({ targets }) => targets));
  const logits = logitsOf(result.weights);
  const strength = chooseStrength(shares, (less) => judge(logits.map((each) => lessened(each, less))).score);
  log(`words: logits are adjusted by ${strength.toFixed(2)} of the logarithm of the classes' shares`);
  const weights = withPrior(result.weights, 'words/logits', adjustment(shares, strength));
  return shipped({ ...result, weights });
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
