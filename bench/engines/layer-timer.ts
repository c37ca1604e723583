import * as tf from '@tensorflow/tfjs-core';
import { FACE_CROPS } from '../../src/features/types.js';
import { loadModel } from '../../src/inference/model-format.js';
import { toNetworkBatch } from '../../src/inference/network/batch.js';
import { faceEncoder } from '../../src/inference/network/face-encoder.js';
import { attendCrops, fuse } from '../../src/inference/network/fusion.js';
import { modalityHeads } from '../../src/inference/network/heads.js';
import { fusionNetwork } from '../../src/inference/network/fusion-network.js';
import { InferenceLayers } from '../../src/inference/network/inference-layers.js';
import type { Layers } from '../../src/inference/network/layers.js';
import { voiceEncoder } from '../../src/inference/network/voice-encoder.js';
import { wordsEncoder } from '../../src/inference/network/words-encoder.js';
import type { ModelInput } from '../../src/inference/types.js';

/** Times of one batch, ms. */
export interface LayerTimes {
  stages: Record<string, number>;
  layers: Record<string, number>;
}

/** Multiply-adds of one batch by layer, from the shapes of what went in and came out. */
export type LayerWork = Record<string, number>;

/**
 * The network outside of an engine, so that it can be stopped after each layer. For backends that compute when they are called
 * (WebAssembly, TensorFlow on the CPU), on the backend that is current.
 */
export async function layerTimer(
  modelDir: string,
): Promise<(batch: readonly ModelInput[]) => LayerTimes & { work: LayerWork }> {
  const { weights } = await loadModel(modelDir);
  const tensors = new Map([...weights].map(([name, { shape, values }]) => [name, tf.tensor(values, shape)]));
  const plain = new InferenceLayers(tensors);
  return (inputs) =>
    tf.tidy(() => {
      const stages: Record<string, number> = {};
      const timed = <T>(stage: string, run: () => T): T => {
        const from = performance.now();
        const result = run();
        stages[stage] = performance.now() - from;
        return result;
      };
      const batch = timed('inputs', () => toNetworkBatch(inputs));
      const { face, voice, words } = batch;
      if (!face || !voice || !words) throw new Error('Layers are timed on full windows');
      const crops = timed('face encoder', () => faceEncoder(plain, face.x));
      const heard = timed('voice encoder', () => voiceEncoder(plain, voice.x, voice.heard));
      const said = timed('words encoder', () => wordsEncoder(plain, words.ids, words.meta));
      timed('crop attention, heads, fusion', () => {
        const byWindow = tf.reshape(crops, [batch.size, FACE_CROPS, crops.shape[1]]) as tf.Tensor3D;
        const seen = attendCrops(plain, byWindow, tf.ones([batch.size, FACE_CROPS]));
        const embeddings = { face: seen, voice: heard, words: said };
        const heads = {
          face: modalityHeads(plain, 'face', seen),
          voice: modalityHeads(plain, 'voice', heard),
          words: modalityHeads(plain, 'words', said),
        };
        fuse(plain, { embeddings, heads, present: batch.present, quality: batch.quality });
      });
      const whole = timed('whole', () => fusionNetwork(plain, batch).fused.logits);
      timed('readback', () => whole.dataSync());
      const times: Record<string, number> = {};
      const work: LayerWork = {};
      fusionNetwork(watched(plain, tensors, times, work), batch);
      // A result must be one that `tidy` knows; these are plain numbers.
      return { stages, layers: times, work } as unknown as tf.TensorContainerObject;
    }) as unknown as LayerTimes & { work: LayerWork };
}

/** Whatever a layer is called: those with a kernel of weights are timed. */
function watched(
  layers: Layers,
  weights: ReadonlyMap<string, tf.Tensor>,
  times: Record<string, number>,
  work: LayerWork,
): Layers {
  return new Proxy(layers, {
    get(target, property) {
      const method: unknown = Reflect.get(target, property, target);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]): unknown => {
        const from = performance.now();
        const result: unknown = method.apply(target, args);
        const spent = performance.now() - from;
        const [name] = args;
        if (typeof name !== 'string' || !(result instanceof tf.Tensor)) return result;
        const kernel = weights.get(`${name}/kernel`) ?? weights.get(`${name}/table`);
        if (!kernel) return result;
        times[name] = (times[name] ?? 0) + spent;
        work[name] = (work[name] ?? 0) + multiplyAdds(kernel.shape, result);
        return result;
      };
    },
  });
}

/** Every output value takes as many multiply-adds as the kernel has values for its channel; looking up a table takes none. */
export function multiplyAdds(kernel: readonly number[], output: tf.Tensor): number {
  const channels = output.shape.at(-1)!;
  if (kernel.length === 4) {
    const [height, width, inputs, outputs] = kernel as [number, number, number, number];
    const depthwise = outputs !== channels;
    return output.size * height * width * (depthwise ? 1 : inputs);
  }
  return kernel[1] === channels && output.rank === 2 && kernel[0]! < 10_000 ? output.size * kernel[0]! : 0;
}
