import type * as tf from '@tensorflow/tfjs-core';
import type { OnnxGraph } from '../../common/onnx/onnx-graph.js';
import type { TracedKernel } from './trace.js';

export interface Tensors {
  /** The ONNX name of a tensor. */
  nameOf(tensor: tf.Tensor): string;
  /** The values of one that does not depend on the inputs. @throws Error of another */
  valuesOf(tensor: tf.Tensor): tf.TypedArray;
  /** The ONNX name of a tensor's shape, as Reshape takes it. */
  shapeOf(tensor: tf.Tensor): string;
  /**
   * Where a part of a tensor that begins there ends on each axis, as ONNX's Slice takes it: counted from the end where the axis
   * has no fixed length.
   */
  endsOf(whole: tf.Tensor, part: tf.Tensor, begin: readonly number[]): number[];
}
/** Writes one kernel as ONNX operators. @returns the name of its output */
type Writer = (graph: OnnxGraph, kernel: TracedKernel, tensors: Tensors) => string;

const TO_NCHW = { perm: [0, 3, 1, 2] };
const TO_NHWC = { perm: [0, 2, 3, 1] };
const ACTIVATIONS: Record<string, string> = { relu: 'Relu', tanh: 'Tanh', sigmoid: 'Sigmoid' };

const one = (kernel: TracedKernel, name: string): tf.Tensor => kernel.inputs[name] as tf.Tensor;
const pair = (value: unknown): number[] =>
  typeof value === 'number' ? [value, value] : (value as number[]).slice(0, 2);
const shapeConstant = (graph: OnnxGraph, shape: readonly number[]): string =>
  graph.constant([shape.length], shape, 'int64');

/** The same inputs, another name. */
const same =
  (op: string, ...inputs: string[]): Writer =>
  (graph, kernel, { nameOf }) =>
    graph.node(
      op,
      inputs.map((name) => nameOf(one(kernel, name))),
    );

function activate(graph: OnnxGraph, name: string, activation: unknown): string {
  if (!activation || activation === 'linear') return name;
  const op = ACTIVATIONS[activation as string];
  if (!op) throw new Error(`The ONNX export does not know the activation ${activation as string}`);
  return graph.node(op, [name]);
}

/** ONNX has channels first and filters as out × in × height × width; its run time takes the transpositions out again. */
const convolution =
  (depthwise: boolean): Writer =>
  (graph, kernel, { nameOf, valuesOf }) => {
    const { attributes, inputs } = kernel;
    if (attributes['pad'] !== 'same') throw new Error('The ONNX export knows padding "same" only');
    const filter = one(kernel, 'filter');
    const [height, width, channels, count] = filter.shape as [number, number, number, number];
    if (depthwise && count !== 1) throw new Error('The ONNX export knows a depth multiplier of 1 only');
    const [outputs, perGroup, group] = depthwise ? [channels, 1, channels] : [count, channels, 1];
    const values = valuesOf(filter);
    const area = height * width;
    const weights = Float32Array.from({ length: values.length }, (_, i) => {
      const [out, within, spot] = [Math.floor(i / (area * perGroup)), Math.floor(i / area) % perGroup, i % area];
      return values[spot * channels * count + (depthwise ? out : within * count + out)]!;
    });
    const from = [
      graph.node('Transpose', [nameOf(one(kernel, 'x'))], TO_NCHW),
      graph.constant([outputs, perGroup, height, width], weights, 'float32'),
      ...(inputs['bias'] ? [nameOf(inputs['bias'] as tf.Tensor)] : []),
    ];
    const convolved = graph.node('Conv', from, {
      auto_pad: 'SAME_UPPER',
      group,
      strides: pair(attributes['strides']),
    });
    return graph.node('Transpose', [activate(graph, convolved, attributes['activation'])], TO_NHWC);
  };

const maxPool: Writer = (graph, kernel, { nameOf }) => {
  const { attributes } = kernel;
  const pooled = graph.node('MaxPool', [graph.node('Transpose', [nameOf(one(kernel, 'x'))], TO_NCHW)], {
    auto_pad: attributes['pad'] === 'same' ? 'SAME_UPPER' : 'VALID',
    kernel_shape: pair(attributes['filterSize']),
    strides: pair(attributes['strides']),
  });
  return graph.node('Transpose', [pooled], TO_NHWC);
};

const matMul: Writer = (graph, kernel, { nameOf }) => {
  const { attributes, inputs } = kernel;
  if (attributes['transposeA'] || attributes['transposeB'])
    throw new Error('The ONNX export knows plain products only');
  const product = graph.node('MatMul', [nameOf(one(kernel, 'a')), nameOf(one(kernel, 'b'))]);
  const bias = inputs['bias'] as tf.Tensor | undefined;
  return activate(graph, bias ? graph.node('Add', [product, nameOf(bias)]) : product, attributes['activation']);
};

const reduce =
  (op: 'ReduceSum' | 'ReduceMean' | 'ReduceMax', axesName: string): Writer =>
  (graph, kernel, { nameOf }) => {
    const input = one(kernel, 'x');
    const axes = [kernel.attributes[axesName] as number | number[]].flat();
    const keepdims = kernel.output.rank === input.rank ? 1 : 0;
    // In operator set 17 only the sum takes its axes as an input.
    if (op !== 'ReduceSum') return graph.node(op, [nameOf(input)], { axes, keepdims });
    return graph.node(op, [nameOf(input), shapeConstant(graph, axes)], { keepdims });
  };

const reshape =
  (input: string): Writer =>
  (graph, kernel, { nameOf, shapeOf }) =>
    graph.node('Reshape', [nameOf(one(kernel, input)), shapeOf(kernel.output)]);

const slice: Writer = (graph, kernel, { nameOf, endsOf }) => {
  const begin = kernel.attributes['begin'] as number[];
  const x = one(kernel, 'x');
  return graph.node('Slice', [
    nameOf(x),
    shapeConstant(graph, begin),
    shapeConstant(graph, endsOf(x, kernel.output, begin)),
    shapeConstant(graph, [...begin.keys()]),
  ]);
};

/** By the names of TensorFlow.js' kernels. */
export const KERNELS: Record<string, Writer> = {
  FusedConv2D: convolution(false),
  Conv2D: convolution(false),
  FusedDepthwiseConv2D: convolution(true),
  DepthwiseConv2dNative: convolution(true),
  MaxPool: maxPool,
  _FusedMatMul: matMul,
  BatchMatMul: matMul,
  Add: same('Add', 'a', 'b'),
  Sub: same('Sub', 'a', 'b'),
  Multiply: same('Mul', 'a', 'b'),
  RealDiv: same('Div', 'a', 'b'),
  Maximum: same('Max', 'a', 'b'),
  Minimum: same('Min', 'a', 'b'),
  Relu: same('Relu', 'x'),
  Sqrt: same('Sqrt', 'x'),
  Tanh: same('Tanh', 'x'),
  Sigmoid: same('Sigmoid', 'x'),
  Identity: same('Identity', 'x'),
  AddN: (graph, { inputs }, { nameOf }) => graph.node('Sum', (Object.values(inputs) as tf.Tensor[]).map(nameOf)),
  Concat: (graph, { inputs, attributes }, { nameOf }) =>
    graph.node('Concat', (Object.values(inputs) as tf.Tensor[]).map(nameOf), { axis: attributes['axis'] as number }),
  Softmax: (graph, kernel, { nameOf }) => graph.node('Softmax', [nameOf(one(kernel, 'logits'))], { axis: -1 }),
  Sum: reduce('ReduceSum', 'axis'),
  Mean: reduce('ReduceMean', 'axis'),
  Max: reduce('ReduceMax', 'reductionIndices'),
  Reshape: reshape('x'),
  ExpandDims: reshape('input'),
  Slice: slice,
  Pack: (graph, { inputs, attributes }, { nameOf }) => {
    const axis = attributes['axis'] as number;
    const rows = (Object.values(inputs) as tf.Tensor[]).map((row) =>
      graph.node('Unsqueeze', [nameOf(row), shapeConstant(graph, [axis])]),
    );
    return graph.node('Concat', rows, { axis });
  },
  Tile: (graph, kernel, { nameOf }) => {
    const reps = kernel.attributes['reps'] as number[];
    return graph.node('Tile', [nameOf(one(kernel, 'x')), shapeConstant(graph, reps)]);
  },
  Transpose: (graph, kernel, { nameOf }) =>
    graph.node('Transpose', [nameOf(one(kernel, 'x'))], { perm: kernel.attributes['perm'] as number[] }),
  NotEqual: (graph, kernel, { nameOf }) =>
    graph.node('Not', [graph.node('Equal', [nameOf(one(kernel, 'a')), nameOf(one(kernel, 'b'))])]),
  Cast: (graph, kernel, { nameOf }) => {
    if (kernel.output.dtype !== 'float32') throw new Error('The ONNX export knows casts to float32 only');
    return graph.node('Cast', [nameOf(one(kernel, 'x'))], { to: 1 });
  },
  GatherV2: (graph, kernel, { nameOf }) =>
    graph.node('Gather', [nameOf(one(kernel, 'x')), nameOf(one(kernel, 'indices'))], {
      axis: kernel.attributes['axis'] as number,
    }),
  ClipByValue: (graph, kernel, { nameOf }) => {
    const limits = ['clipValueMin', 'clipValueMax'].map((name) =>
      graph.constant([], [kernel.attributes[name] as number], 'float32'),
    );
    return graph.node('Clip', [nameOf(one(kernel, 'x')), ...limits]);
  },
};
