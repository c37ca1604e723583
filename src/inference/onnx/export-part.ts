import * as tf from '@tensorflow/tfjs-core';
import { OnnxGraph, type OnnxType, type Shape } from '../../common/onnx/onnx-graph.js';
import type { Layers } from '../network/layers.js';
import { KERNELS, type Tensors } from './kernels.js';
import { endOf, sideOf, trialSizes, type Side, type Sizes } from './sides.js';
import { traceKernels, type Trace, type TracedKernel } from './trace.js';

/** A tensor that a part of the network is given: sides that are not known beforehand by a name. */
export interface PartInput {
  shape: Shape;
  type: 'float32' | 'int32';
}

/** A part of the network that becomes one ONNX model. */
export interface NetworkPart {
  inputs: Readonly<Record<string, PartInput>>;
  /** The name of its one output, and the shape as far as it is known. */
  output: { name: string; shape: Shape };
  run(layers: Layers, inputs: Record<string, tf.Tensor>): tf.Tensor;
}

/**
 * A part of the network as an ONNX model, for batches of any size. It is run once for each size that is open and once more, and
 * every kernel that TensorFlow.js ran for it is written down as ONNX operators; what does not depend on the inputs becomes a
 * constant, and shapes follow the sizes as they did from run to run. So the export follows whatever the network's code is.
 * @param metadata written into the file
 * @returns the model file
 * @throws Error naming a kernel or a shape that has no counterpart here
 */
export function exportPart(layers: Layers, part: NetworkPart, metadata: Record<string, string> = {}): Uint8Array {
  let file: Uint8Array | undefined;
  // Not returned through it: TensorFlow.js looks for tensors in each byte of what `tidy` returns.
  tf.tidy(() => {
    const names = new Set(Object.values(part.inputs).flatMap(({ shape }) => shape.filter((side) => isName(side))));
    const trials = trialSizes([...names]);
    const runs = trials.map((sizes) => runAt(layers, part, sizes));
    requireAlike(runs.map(({ kernels }) => kernels));
    file = new PartWriter(part, trials, runs).write(metadata);
  });
  return file!;
}

const isName = (side: number | string): side is string => typeof side === 'string';

type Run = Trace<tf.Tensor> & { inputs: Record<string, tf.Tensor> };

function runAt(layers: Layers, part: NetworkPart, sizes: Sizes): Run {
  const inputs = Object.fromEntries(
    Object.entries(part.inputs).map(([name, { shape, type }]) => {
      const sides = shape.map((side) => (isName(side) ? sizes[side]! : side));
      return [name, tf.zeros(sides, type)];
    }),
  );
  return { ...traceKernels(Object.values(inputs), () => part.run(layers, inputs)), inputs };
}

/** Attributes that follow the sizes, and are written by the shapes instead. */
const FOLLOW_SIZES = new Set(['shape', 'begin', 'size']);

function requireAlike(runs: readonly (readonly TracedKernel[])[]): void {
  const told = runs.map((kernels) =>
    JSON.stringify(
      kernels.map(({ kernel, attributes }) => [
        kernel,
        Object.entries(attributes).filter(([name]) => !FOLLOW_SIZES.has(name)),
      ]),
    ),
  );
  if (told.some((one) => one !== told[0]))
    throw new Error('The ONNX export knows no network that depends on its sizes');
}

class PartWriter implements Tensors {
  readonly #part: NetworkPart;
  readonly #trials: readonly Sizes[];
  readonly #runs: readonly Run[];
  readonly #graph = new OnnxGraph();
  readonly #names = new Map<number, string>();
  /** Of each tensor of the first run, its shape in every run. */
  readonly #shapes = new Map<number, readonly number[][]>();
  readonly #sizes = new Map<string, string>();

  constructor(part: NetworkPart, trials: readonly Sizes[], runs: readonly Run[]) {
    this.#part = part;
    this.#trials = trials;
    this.#runs = runs;
  }

  write(metadata: Record<string, string>): Uint8Array {
    const [first] = this.#runs;
    for (const [name, { shape, type }] of Object.entries(this.#part.inputs)) {
      this.#graph.input(name, shape, type);
      this.#names.set(first!.inputs[name]!.id, name);
    }
    first!.kernels.forEach((_, k) => {
      const alike = this.#runs.map(({ kernels }) => kernels[k]!);
      const all = alike.map(({ inputs, output }) => [...Object.values(inputs).flat().filter(Boolean), output]);
      all[0]!.forEach(({ id }, i) =>
        this.#shapes.set(
          id,
          all.map((tensors) => tensors[i]!.shape),
        ),
      );
      const traced = alike[0]!;
      const write = KERNELS[traced.kernel];
      if (!write) throw new Error(`The ONNX export does not know the kernel ${traced.kernel}`);
      this.#names.set(traced.output.id, write(this.#graph, traced, this));
    });
    const { name, shape } = this.#part.output;
    this.#graph.node('Identity', [this.nameOf(first!.result)], {}, name);
    this.#graph.output(name, shape);
    return this.#graph.finish(metadata);
  }

  // Bound: the writers of kernels take them out of the object.
  readonly valuesOf = ({ id }: tf.Tensor): tf.TypedArray => {
    const values = this.#runs[0]!.constants.get(id);
    if (!values) throw new Error('The ONNX export wants fixed weights');
    return values;
  };

  readonly nameOf = (tensor: tf.Tensor): string => {
    const known = this.#names.get(tensor.id);
    if (known !== undefined) return known;
    const type = tensor.dtype === 'int32' || tensor.dtype === 'bool' ? tensor.dtype : 'float32';
    const name = this.#constant(tensor, type);
    this.#names.set(tensor.id, name);
    return name;
  };

  readonly shapeOf = (tensor: tf.Tensor): string => {
    const sides = this.#sidesOf(tensor);
    const open = sides.filter(({ of }) => of.length > 0);
    if (open.length > 1) return this.#computedShape(sides);
    // -1: what is left over.
    return this.#integers(sides.map(({ factor, of }) => (of.length > 0 ? -1 : factor)));
  };

  readonly endsOf = (whole: tf.Tensor, part: tf.Tensor, begin: readonly number[]): number[] => {
    const lengths = (tensor: tf.Tensor, axis: number) => this.#shapes.get(tensor.id)!.map((shape) => shape[axis]!);
    return begin.map((from, axis) => endOf(lengths(whole, axis), lengths(part, axis), from));
  };

  #sidesOf({ id, shape }: tf.Tensor): Side[] {
    const shapes = this.#shapes.get(id)!;
    return shape.map((_, axis) =>
      sideOf(
        this.#trials,
        shapes.map((one) => one[axis]!),
      ),
    );
  }

  #constant(tensor: tf.Tensor, type: OnnxType): string {
    const values = this.valuesOf(tensor);
    if (this.#sidesOf(tensor).every(({ of }) => of.length === 0))
      return this.#graph.constant(tensor.shape, values, type);
    const [value] = values;
    if (values.some((other) => other !== value))
      throw new Error('The ONNX export knows open constants of one value only');
    const one = this.#graph.constant(
      tensor.shape.map(() => 1),
      [value!],
      type,
    );
    return this.#graph.node('Expand', [one, this.#computedShape(this.#sidesOf(tensor))]);
  }

  #integers(values: readonly number[]): string {
    return this.#graph.constant([values.length], values, 'int64');
  }

  #computedShape(sides: readonly Side[]): string {
    const each = sides.map(({ factor, of }) =>
      of.reduce((all, name) => this.#graph.node('Mul', [all, this.#sizeOf(name)]), this.#integers([factor])),
    );
    return this.#graph.node('Concat', each, { axis: 0 });
  }

  /** An open size as the graph's inputs have it, one int64. */
  #sizeOf(name: string): string {
    const known = this.#sizes.get(name);
    if (known !== undefined) return known;
    const [input, { shape }] = Object.entries(this.#part.inputs).find(([, { shape }]) => shape.includes(name))!;
    const at = shape.indexOf(name);
    const size = this.#graph.node('Slice', [
      this.#graph.node('Shape', [input]),
      ...[[at], [at + 1], [0]].map((values) => this.#integers(values)),
    ]);
    this.#sizes.set(name, size);
    return size;
  }
}
