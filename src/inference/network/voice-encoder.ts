import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { EMBEDDING } from './sizes.js';
import type { Layers } from './layers.js';

/** Each of the two networks gives half of the embedding. */
export const VOICE_HALF = EMBEDDING / 2;
/** Width of what is seen at each step of time. */
const STEP = 96;
const VARIANCE_FLOOR = 1e-4;
/** Of `normaliseLogMel`: nothing is further from the window's level. */
const RANGE = 3;
/** Frames count fully as voice down to 1.5 nats under the window's level, not at all from 4.5 on, and in between by degrees. */
const QUIETEST = 1.5;

/**
 * Two networks of the same build listen to a window, and their answers are averaged. One hears it as it is. The other hears
 * what is left when the mean spectrum of the window's voice is taken out (as cepstral mean subtraction does, Furui 1981): the
 * speaker and the microphone are gone, and so is how dark or bright the voice is. The first knows the timbre but takes speakers
 * for emotions, the second does not, and where the one errs the other is often right: over two folds of speakers that neither
 * had heard, 51 and 58 % of RAVDESS apart and 60 % together.
 * @param x n × MEL_FRAMES × MEL_BANDS × 1, as `normaliseLogMel` gives it
 * @returns n × EMBEDDING: VOICE_HALF of the one, then of the other
 */
export function voiceEncoder(layers: Layers, x: Tensor4D): Tensor2D {
  const halves = [listen(layers, 'voice/plain', x), listen(layers, 'voice/centred', centred(x))];
  // Halved, so that a head's answer is the mean of what it says of the one and of the other alone (eachAlone in training).
  return tf.mul(tf.concat(halves, 1), 1 / halves.length);
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
 * @returns n × VOICE_HALF
 */
function listen(layers: Layers, name: string, x: Tensor4D): Tensor2D {
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
  return layers.dense(`${name}/embedding`, layers.dropout(statistics, 0.3), VOICE_HALF, 'relu');
}
