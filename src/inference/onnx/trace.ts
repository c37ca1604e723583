import * as tf from '@tensorflow/tfjs-core';

type Inputs = Record<string, tf.Tensor | tf.Tensor[]>;

/** One kernel that TensorFlow.js ran. Its tensors may be disposed by now: they tell shapes, types and which is which (`id`). */
export interface TracedKernel {
  kernel: string;
  inputs: Inputs;
  attributes: Record<string, unknown>;
  output: tf.Tensor;
}

export interface Trace<T> {
  result: T;
  /** In order; only those that depend on the inputs. */
  kernels: TracedKernel[];
  /** Values of the other tensors that they read, by id. */
  constants: Map<number, tf.TypedArray>;
}

type RunKernel = (kernel: string, inputs: Inputs, attributes?: Record<string, unknown>) => tf.Tensor | tf.Tensor[];

/**
 * The kernels that a function runs, and of what they made. Every operation of TensorFlow.js goes through `runKernel` of its
 * one engine.
 * @param inputs what may be different at another run; all else is taken for fixed
 */
export function traceKernels<T>(inputs: readonly tf.Tensor[], run: () => T): Trace<T> {
  const kernels: TracedKernel[] = [];
  const constants = new Map<number, tf.TypedArray>();
  const dynamic = new Set(inputs.map(({ id }) => id));
  // `runKernel` is public in the class and missing in what the package declares of it.
  const engine = tf.engine() as unknown as { runKernel: RunKernel };
  const original = engine.runKernel;
  engine.runKernel = function (kernel, kernelInputs, attributes = {}) {
    // Optional inputs that were not given are there as undefined.
    const read = (Object.values(kernelInputs).flat() as (tf.Tensor | undefined)[]).filter((tensor) => !!tensor);
    const output = original.call(this, kernel, kernelInputs, attributes);
    if (!read.some(({ id }) => dynamic.has(id))) return output;
    if (Array.isArray(output)) throw new Error(`The ONNX export knows no kernels with several outputs: ${kernel}`);
    // Now, because operations dispose what they made in between.
    for (const tensor of read) {
      if (!dynamic.has(tensor.id) && !constants.has(tensor.id)) constants.set(tensor.id, tensor.dataSync().slice());
    }
    kernels.push({ kernel, inputs: kernelInputs, attributes, output });
    dynamic.add(output.id);
    return output;
  };
  try {
    return { result: run(), kernels, constants };
  } finally {
    engine.runKernel = original;
  }
}
