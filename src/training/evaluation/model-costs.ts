import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { fullWindow } from '../../inference/full-window.js';
import { loadModel, type WeightType } from '../../inference/model-format.js';
import { toNetworkBatch } from '../../inference/network/batch.js';
import { fusionNetwork } from '../../inference/network/fusion-network.js';
import { InferenceLayers } from '../../inference/network/inference-layers.js';
import type { Activation, ConvOptions, Layers } from '../../inference/network/layers.js';

export interface PartCost {
  parameters: number;
  /** As stored. */
  bytes: number;
  /** Floating-point operations (two per multiply-add) of dense layers and convolutions, for one face crop, 3 s of voice or one text. */
  flop: number;
}

/** Counts what each layer multiplies. */
class CountingLayers implements Layers {
  readonly flop = new Map<string, number>();
  readonly #layers: InferenceLayers;

  constructor(layers: InferenceLayers) {
    this.#layers = layers;
  }

  conv2d(name: string, x: Tensor4D, options: ConvOptions): Tensor4D {
    const y = this.#layers.conv2d(name, x, options);
    this.#add(name, 2 * (y.size / y.shape[0]) * options.kernel[0] * options.kernel[1] * x.shape[3]);
    return y;
  }

  dense(name: string, x: Tensor2D, units: number, activation?: Activation): Tensor2D {
    this.#add(name, 2 * x.size * units);
    return this.#layers.dense(name, x, units, activation);
  }

  denseEach(name: string, x: Tensor3D, units: number, activation?: 'linear' | 'relu'): Tensor3D {
    this.#add(name, 2 * x.size * units);
    return this.#layers.denseEach(name, x, units, activation);
  }

  embedding(name: string, ids: Tensor3D, rows: number, width: number): Tensor3D {
    return this.#layers.embedding(name, ids, rows, width);
  }

  has(name: string): boolean {
    return this.#layers.has(name);
  }

  units(name: string): number | null {
    return this.#layers.units(name);
  }

  vector(name: string, length: number): Tensor {
    return this.#layers.vector(name, length);
  }

  dropout<T extends Tensor>(x: T): T {
    return x;
  }

  #add(name: string, flop: number): void {
    this.flop.set(partOf(name), (this.flop.get(partOf(name)) ?? 0) + flop);
  }
}

/** `face/crop-score` is trained with fusion. */
const partOf = (name: string): string =>
  name.startsWith('face/crop-score') ? 'fusion' : name.slice(0, name.indexOf('/'));

/** What each part of a model costs, by its tensors and by one run on the current backend. */
export async function modelCosts(folder: string): Promise<Record<string, PartCost>> {
  const { manifest, weights } = await loadModel(folder);
  const window = fullWindow(0);
  // One crop, so that the face's layers run once.
  const face = window.face && { ...window.face, count: 1 };
  const tensors = new Map([...weights].map(([name, { shape, values }]) => [name, tf.tensor(values, shape)]));
  const layers = new CountingLayers(new InferenceLayers(tensors));
  tf.tidy(() => void fusionNetwork(layers, toNetworkBatch([{ ...window, face }])));
  tf.dispose([...tensors.values()]);
  const costs: Record<string, PartCost> = {};
  for (const { name, shape, dtype } of manifest.weights.tensors) {
    const part = partOf(name);
    const count = shape.reduce((product, side) => product * side, 1);
    const cost = (costs[part] ??= { parameters: 0, bytes: 0, flop: layers.flop.get(part) ?? 0 });
    cost.parameters += count;
    cost.bytes += count * BYTES[dtype] + (dtype === 'int8' ? 4 * shape.at(-1)! : 0);
  }
  return costs;
}

const BYTES: Record<WeightType, number> = { float32: 4, float16: 2, int8: 1 };
