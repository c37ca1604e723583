import * as tf from '@tensorflow/tfjs-core';
import type { NetworkBatch } from '../../src/inference/network/batch.js';
import { fusionNetwork } from '../../src/inference/network/fusion-network.js';
import type { Layers } from '../../src/inference/network/layers.js';
import { packOutput } from '../../src/inference/tfjs-engine.js';
import { KERNELS } from './kernels.js';
import { OnnxGraph } from '../../src/common/onnx/onnx-graph.js';
import { traceKernels } from './trace.js';

/** What is given to the exported network at each run; the rest of a batch (who is present) is fixed in it. */
export type NetworkInputs = Record<string, tf.Tensor>;

export function networkInputs({ face, voice, words, present, quality }: NetworkBatch): NetworkInputs {
  return {
    ...(face && { face: face.x }),
    ...(voice && { voice: voice.x }),
    ...(voice?.heard && { heard: voice.heard.frames, 'heard-present': voice.heard.present }),
    ...(words && { ids: words.ids, meta: words.meta }),
    present,
    quality,
  };
}

/**
 * The network as an ONNX model for batches of exactly this size with exactly these modalities present. The network is run
 * once and every kernel that TensorFlow.js ran for it is written down as ONNX operators; what does not depend on the inputs
 * becomes a constant. So the export follows whatever the network's code is.
 * @returns the model file, whose output `scores` is what `packOutput` gives
 * @throws Error naming a kernel that has no counterpart here
 */
export function exportNetwork(layers: Layers, batch: NetworkBatch): Uint8Array {
  return tf.tidy(() => {
    const inputs = networkInputs(batch);
    const { result, kernels, constants } = traceKernels(Object.values(inputs), () =>
      packOutput(fusionNetwork(layers, batch)),
    );
    const graph = new OnnxGraph();
    const names = new Map<number, string>();
    for (const [name, tensor] of Object.entries(inputs)) {
      graph.input(name, tensor.shape, tensor.dtype === 'int32' ? 'int32' : 'float32');
      names.set(tensor.id, name);
    }
    const valuesOf = ({ id }: tf.Tensor): tf.TypedArray => {
      const values = constants.get(id);
      if (!values) throw new Error('The ONNX export wants fixed weights');
      return values;
    };
    const nameOf = (tensor: tf.Tensor): string => {
      const known = names.get(tensor.id);
      if (known !== undefined) return known;
      const type = tensor.dtype === 'int32' || tensor.dtype === 'bool' ? tensor.dtype : 'float32';
      const name = graph.constant(tensor.shape, valuesOf(tensor), type);
      names.set(tensor.id, name);
      return name;
    };
    for (const traced of kernels) {
      const write = KERNELS[traced.kernel];
      if (!write) throw new Error(`The ONNX export does not know the kernel ${traced.kernel}`);
      names.set(traced.output.id, write(graph, traced, { nameOf, valuesOf }));
    }
    graph.output(nameOf(result), result.shape);
    return graph.finish();
  });
}
