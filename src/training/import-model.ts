import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmostreamError } from '../common/errors.js';
import { FACE_SIZE } from '../features/types.js';
import { normaliseFaces } from '../features/face-normalise.js';
import { InferenceLayers } from '../inference/network/inference-layers.js';
import type { ConvOptions } from '../inference/network/layers.js';
import { faceEncoder } from '../inference/network/face-encoder.js';
import { loadModel, type NamedWeights } from '../inference/model-format.js';
import { BATCH_NORM_EPSILON } from './batch-norm.js';
import { writeCalibration } from './calibration-store.js';
import type { FaceSet } from './data/ferplus.js';
import { readPrepared } from './data/prepared.js';
import type { Provenance } from './export-model.js';
import { PARTS } from './train-part.js';
import { writeWeights } from './weights-store.js';

const BATCH = 512;

export interface ImportOptions {
  /** The model's folder, with its `training.json`. */
  model: string;
  /** Folder of `emostream data prepare`. */
  prepared: string;
  /** Folder in which trained parts are kept. */
  weights: string;
  /** The face stays folded too: exported again it is the same, bit for bit, but its training cannot go on. */
  folded?: boolean;
  log: (line: string) => void;
}

/**
 * A model folder → trained parts, so that training can go on from a shipped model. The face's batch normalisation, which
 * export folded away, is put back (`unfoldBatchNorm`), so that `train face --continue` starts from the same function; the other
 * parts are kept folded, which is what export and the training of fusion need.
 */
export async function importModel({
  model,
  prepared,
  weights: folder,
  folded = false,
  log,
}: ImportOptions): Promise<void> {
  const { manifest, weights } = await loadModel(model);
  const provenance = JSON.parse(await readFile(join(model, 'training.json'), 'utf8')) as Provenance;
  const images = folded ? null : (await readPrepared<FaceSet>(prepared, 'ferplus-train')).images;
  for (const part of PARTS) {
    const record = provenance.parts.find((each) => each.part === part);
    if (!record) throw new EmostreamError('MODEL_INVALID', `training.json of ${model} has no record of ${part}.`);
    const own = new Map([...weights].filter(([name]) => partOf(name) === part));
    const kept = part === 'face' && images ? unfoldBatchNorm(own, images) : own;
    await writeWeights(folder, kept, record);
    log(`${part}: ${kept.size} weights into ${folder}`);
  }
  await writeCalibration(folder, manifest.calibration);
}

/** The part of training that made a weight; the attention over crops is trained with fusion. */
function partOf(name: string): string {
  return name.startsWith('face/crop-score/') ? 'fusion' : name.slice(0, name.indexOf('/'));
}

/**
 * The inverse of `foldBatchNorm`, but for one freedom: any statistics fold to the same convolution. They are measured on
 * training pictures, so that batch statistics while training give what the folded network gives.
 * @param weights the folded face encoder and heads @param images n × FACE_SIZE² grey, of the training split
 */
export function unfoldBatchNorm(
  weights: ReadonlyMap<string, NamedWeights>,
  images: Uint8Array,
): Map<string, NamedWeights> {
  const tensors = new Map([...weights].map(([name, { shape, values }]) => [name, tf.tensor(values, shape)]));
  const layers = new MeasuringLayers(tensors);
  const n = Math.min(BATCH, images.length / FACE_SIZE ** 2);
  const x = normaliseFaces(images.subarray(0, n * FACE_SIZE ** 2), n);
  tf.tidy(() => void faceEncoder(layers, tf.tensor4d(x, [n, FACE_SIZE, FACE_SIZE, 1])));
  tf.dispose([...tensors.values()]);
  const unfolded = new Map<string, NamedWeights>();
  for (const [name, weight] of weights) {
    const measured = layers.statistics.get(name.replace(/\/bias$/u, ''));
    if (!measured || !name.endsWith('/bias')) {
      unfolded.set(name, weight);
      continue;
    }
    const base = name.slice(0, -'/bias'.length);
    const { mean, variance } = measured;
    const of = (values: Float32Array): NamedWeights => ({ shape: [values.length], values });
    unfolded.set(`${base}/gamma`, of(variance.map((value) => Math.sqrt(value + BATCH_NORM_EPSILON))));
    unfolded.set(`${base}/beta`, of(weight.values.map((value, i) => value + mean[i]!)));
    unfolded.set(`${base}/mean`, of(mean));
    unfolded.set(`${base}/variance`, of(variance));
  }
  return unfolded;
}

/** Fixed weights that note mean and variance of every convolution's answer before its bias. */
class MeasuringLayers extends InferenceLayers {
  readonly statistics = new Map<string, { mean: Float32Array; variance: Float32Array }>();
  readonly #weights: ReadonlyMap<string, Tensor>;

  constructor(weights: ReadonlyMap<string, Tensor>) {
    super(weights);
    this.#weights = weights;
  }

  override conv2d(name: string, x: Tensor4D, options: ConvOptions): Tensor4D {
    const kernel = this.#weights.get(`${name}/kernel`) as Tensor4D;
    const y = tf.conv2d(x, kernel, options.strides ?? [1, 1], 'same');
    const { mean, variance } = tf.moments(y, [0, 1, 2]);
    const read = (tensor: Tensor): Float32Array => Float32Array.from((tensor as Tensor1D).dataSync());
    this.statistics.set(name, { mean: read(mean), variance: read(variance) });
    return super.conv2d(name, x, options);
  }

  override dropout<T extends Tensor>(x: T): T {
    return x;
  }
}
