import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { HEARD_WIDTHS } from '../../features/types.js';
import { encoderHead, statisticsOver } from './encoder-head.js';
import type { Layers } from './layers.js';
import { EMBEDDING } from './sizes.js';

/** What the encoders heard in the windows of a batch; rows of a window in which nothing was heard are 0. */
export interface HeardTensors {
  /** n × HEARD_STEPS × HEARD_WIDTH */
  frames: Tensor3D;
  /** n × HEARD_STEPS of 0 and 1 */
  present: Tensor2D;
}

/** What `statisticsOf` measures of it. */
interface HeardStatistics {
  /** n × 2 · HEARD_WIDTH: each encoder's, side by side. */
  values: Tensor2D;
  /** n × 1: 1 where anything is present, 0 where nothing is. */
  any: Tensor2D;
}

/**
 * Parts of the embedding in a model that knows the encoders, in order, and how much each counts: the two networks on log-mel, then
 * the speech recogniser's and the speaker encoder. What learned from thousands of hours holds better in corpora that it never heard
 * than what learned from a few thousand clips, the recogniser's best.
 */
const SHARES: Readonly<Record<'plain' | 'centred' | 'recogniser' | 'speaker', number>> = {
  ...{ plain: 0.25, centred: 0.25 },
  ...{ recogniser: 1.5, speaker: 1 },
};
export const VOICE_PARTS = Object.keys(SHARES).length;
const MEL_PARTS = 2;
/** The heads of the encoders' parts, in the order of HEARD_WIDTHS. */
export const HEARD_HEADS = ['voice/recogniser', 'voice/speaker'] as const;

/** By what each part is multiplied, where something was heard and where not; they sum to 1. */
export function voiceShares(heard: boolean): number[] {
  const shares = Object.values(SHARES).map((share, k) => (heard || k < MEL_PARTS ? share : 0));
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share) => share / sum);
}

/** Names of the networks on log-mel, in the order of the parts. */
export const MEL_NETWORKS = ['voice/plain', 'voice/centred'] as const;
const PLAIN = `${MEL_NETWORKS[0]}/embedding`;

/** Whether a model with these weights has parts for what encoders hear. */
export function knowsHeard(weights: ReadonlyMap<string, { shape: number[] }>): boolean {
  return weights.get(`${PLAIN}/bias`)?.shape[0] === EMBEDDING / VOICE_PARTS;
}

/** Width of what is seen at each step of time. */
const STEP = 96;
const VARIANCE_FLOOR = 1e-4;
/** Of `normaliseLogMel`: nothing is further from the window's level. */
const RANGE = 3;
/** Frames count fully as voice down to 1.5 nats under the window's level, not at all from 4.5 on, and in between by degrees. */
const QUIETEST = 1.5;

/**
 * Several networks listen to a window, and their answers are averaged. Two of the same build read its log-mel. The one hears it as
 * it is. The other hears what is left when the mean spectrum of the window's voice is taken out (as cepstral mean subtraction
 * does, Furui 1981): the speaker and the microphone are gone, and so is how dark or bright the voice is. The first knows the
 * timbre but takes speakers for emotions, the second does not, and where the one errs the other is often right: over two folds of
 * speakers that neither had heard, 51 and 58 % of RAVDESS apart and 60 % together. Two more read what pretrained encoders heard,
 * where there is any of it.
 *
 * A model made where no encoder was has the first two only, each with half of the embedding; to it `heard` is nothing. The width
 * of the parts tells which model it is; where there is none yet (training), it becomes one that knows `heard` if that is given.
 * @param x n × MEL_FRAMES × MEL_BANDS × 1, as `normaliseLogMel` gives it
 * @param heard null: nothing was in any row
 * @returns n × EMBEDDING: the parts side by side, each times its share of what is there in its row, so that a head's answer is the
 *   weighted mean of what it says of each alone (`eachAlone` in training)
 */
export function voiceEncoder(layers: Layers, x: Tensor4D, heard: HeardTensors | null): Tensor2D {
  return voiceParts(layers, x, heard && statisticsOf(heard));
}

/** Each encoder's statistics over the steps that are present. */
export function statisticsOf({ frames, present }: HeardTensors): HeardStatistics {
  let at = 0;
  const values = HEARD_WIDTHS.map((numbers) => {
    const own = tf.slice(frames, [0, 0, at], [-1, -1, numbers]);
    at += numbers;
    return statisticsOver(own, present);
  });
  return { values: tf.concat(values, 1) as Tensor2D, any: tf.max(present, 1, true) };
}

function voiceParts(layers: Layers, x: Tensor4D, heard: HeardStatistics | null): Tensor2D {
  const width = layers.units(PLAIN) ?? EMBEDDING / (heard ? VOICE_PARTS : MEL_PARTS);
  const parts = melParts(layers, x, width);
  const missing = EMBEDDING - parts.length * width;
  const alone = voiceShares(false);
  const weighted = parts.map((part, k) => tf.mul(part, alone[k]!));
  if (missing === 0) return tf.concat(weighted, 1) as Tensor2D;
  if (!heard) return tf.concat([...weighted, tf.zeros([x.shape[0], missing])], 1) as Tensor2D;
  parts.push(...heardParts(layers, heard.values, width));
  const withHeard = voiceShares(true);
  const shared = parts.map((part, k) => tf.mul(part, tf.add(alone[k]!, tf.mul(heard.any, withHeard[k]! - alone[k]!))));
  return tf.concat(shared, 1) as Tensor2D;
}

/** What the two networks on log-mel say. @returns two, n × width each */
export function melParts(layers: Layers, x: Tensor4D, width = EMBEDDING / MEL_PARTS): Tensor2D[] {
  const [plain, other] = MEL_NETWORKS;
  return [listen(layers, plain, x, width), listen(layers, other, centred(x), width)];
}

/** What is read of the encoders' statistics. @returns one of each encoder, n × width each */
export function heardParts(layers: Layers, values: Tensor2D, width = EMBEDDING / VOICE_PARTS): Tensor2D[] {
  let at = 0;
  return HEARD_WIDTHS.map((numbers, k) => {
    const own = tf.slice(values, [0, at], [-1, 2 * numbers]);
    at += 2 * numbers;
    return encoderHead(layers, HEARD_HEADS[k]!, own, width);
  });
}

/** Without the mean over the loud frames of each band. */
function centred(x: Tensor4D): Tensor4D {
  const level = tf.mean(x, 2, true); // n × frames × 1 × 1
  const loudness = tf.minimum(tf.relu(tf.add(level, QUIETEST)), 1);
  const total = tf.maximum(tf.sum(loudness, 1, true), 1);
  const mean = tf.div(tf.sum(tf.mul(x, loudness), 1, true), total);
  return tf.clipByValue(tf.sub(x, mean) as Tensor4D, -RANGE, RANGE);
}

/**
 * A 2-D CNN over time and mel band, then attentive statistics pooling over time (Okabe et al. 2018): a learned score per step
 * says which moments of the three seconds carry the emotion (Mirsamadi et al. 2017), silence and padding getting little
 * weight; mean and standard deviation under those weights say what it is and how much it moves.
 * @returns n × units
 */
function listen(layers: Layers, name: string, x: Tensor4D, units: number): Tensor2D {
  // Maximum pooling after stride 1, not strided convolutions: those cost as much and did far worse.
  let y = layers.conv2d(`${name}/stem`, x, { filters: 16, kernel: [5, 5], strides: [2, 2] }); // 150 × 32
  y = tf.maxPool(y, 2, 2, 'same'); // 75 × 16
  y = layers.conv2d(`${name}/conv2`, y, { filters: 32, kernel: [3, 3] });
  y = tf.maxPool(y, 2, 2, 'same'); // 38 × 8
  y = layers.conv2d(`${name}/conv3`, y, { filters: 64, kernel: [3, 3] });
  y = tf.maxPool(y, 2, 2, 'same'); // 19 × 4
  y = layers.conv2d(`${name}/conv4`, y, { filters: 96, kernel: [3, 3] });
  const [n, steps, bands, channels] = y.shape;
  const flat = layers.dropout(tf.reshape(y, [n * steps, bands * channels]) as Tensor2D, 0.1);
  const features = layers.dense(`${name}/step`, flat, STEP, 'relu');
  const scores = tf.reshape(layers.dense(`${name}/score`, features, 1), [n, steps]);
  const weights = tf.expandDims(tf.softmax(scores), 2);
  const byStep = tf.reshape(features, [n, steps, STEP]) as Tensor3D;
  const mean = tf.sum(tf.mul(byStep, weights), 1);
  const away = tf.sub(byStep, tf.expandDims(mean, 1));
  const variance = tf.sum(tf.mul(tf.mul(away, away), weights), 1);
  const statistics = tf.concat([mean, tf.sqrt(tf.add(variance, VARIANCE_FLOOR))], 1) as Tensor2D;
  return layers.dense(`${name}/embedding`, layers.dropout(statistics, 0.3), units, 'relu');
}
