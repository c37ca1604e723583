import { OnnxGraph } from '../../common/onnx/onnx-graph.js';

/**
 * Where Resemblyzer's `pretrained.pt` has its LSTM: PyTorch's format before 1.6, pickles and after them each storage as a count and
 * its floats. All of the LSTM is one storage, as cuDNN wants it. The file is pinned by its hash, so nothing of the pickles is read.
 */
const STORAGE = { countAt: 269_875, floats: 1_357_824 };
const UNITS = 256;
const GATES = 4 * UNITS;
/** Floats into the storage: weights of the input (4 gates × units × inputs) and of the last output, and the two biases. */
const LAYERS = [
  { inputs: 40, input: 0, recurrent: 40_960, biases: [1_351_680, 1_352_704] },
  { inputs: UNITS, input: 303_104, recurrent: 565_248, biases: [1_353_728, 1_354_752] },
] as const;

/** PyTorch has the gates as input, forget, cell, output; ONNX as input, output, forget, cell. */
const GATE_ORDER = [0, 3, 1, 2];

/**
 * The first two layers of Resemblyzer's speaker encoder as an ONNX model: `mel` frames × 1 × 40 → frames × 1 × 1 × 256, from zero state.
 * @param pretrained the wheel's `resemblyzer/pretrained.pt`
 * @throws RangeError where the weights are not where they are known to be
 */
export function resemblyzerLayers(pretrained: Uint8Array): Uint8Array {
  const weights = readStorage(pretrained);
  const graph = new OnnxGraph();
  graph.input('mel', ['frames', 1, LAYERS[0].inputs], 'float32');
  let x = 'mel';
  for (const { inputs, input, recurrent, biases } of LAYERS) {
    // LSTM answers frames × directions × batch × units; the next layer wants no directions.
    if (x !== 'mel') x = graph.node('Squeeze', [x, graph.constant([1], [1], 'int64')]);
    const gates = (at: number, columns: number) => reordered(weights.subarray(at, at + GATES * columns), columns);
    const w = graph.constant([1, GATES, inputs], gates(input, inputs), 'float32');
    const r = graph.constant([1, GATES, UNITS], gates(recurrent, UNITS), 'float32');
    const b = graph.constant(
      [1, 2 * GATES],
      biases.flatMap((at) => [...gates(at, 1)]),
      'float32',
    );
    x = graph.node('LSTM', [x, w, r, b], { hidden_size: UNITS });
  }
  graph.output(x, ['frames', 1, 1, UNITS]);
  return graph.finish();
}

function readStorage(pretrained: Uint8Array): Float32Array {
  const { countAt, floats } = STORAGE;
  const start = countAt + 8;
  const view = new DataView(pretrained.buffer, pretrained.byteOffset, pretrained.byteLength);
  if (view.byteLength < start + 4 * floats || view.getBigInt64(countAt, true) !== BigInt(floats)) {
    throw new RangeError('pretrained.pt is not Resemblyzer 0.1.4’s');
  }
  // A copy: floats must be aligned.
  return new Float32Array(Uint8Array.from(pretrained.subarray(start, start + 4 * floats)).buffer);
}

/** @param columns of a gate's units, each with so many */
function reordered(gates: Float32Array, columns: number): Float32Array {
  const block = UNITS * columns;
  const out = new Float32Array(gates.length);
  for (const [to, from] of GATE_ORDER.entries()) out.set(gates.subarray(from * block, (from + 1) * block), to * block);
  return out;
}
