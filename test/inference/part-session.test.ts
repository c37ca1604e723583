import { expect, it } from 'vitest';
import { hasOnnxRuntime, onnxRuntimeFolder } from '../../src/common/onnx/install.js';
import { OnnxGraph } from '../../src/common/onnx/onnx-graph.js';
import { loadOnnxRuntime, type OnnxRuntime } from '../../src/common/onnx/runtime.js';
import type { NetworkPart } from '../../src/inference/onnx/export-part.js';
import { PartSession } from '../../src/inference/onnx/part-session.js';

const installed = hasOnnxRuntime();
if (!installed)
  console.log('sessions of ONNX Runtime: not tested. It is not installed: `npx emostream engine install onnx`.');

/** Doubles its input. */
function doubling(): Uint8Array {
  const graph = new OnnxGraph();
  graph.input('x', ['rows', 1], 'float32');
  graph.node('Mul', ['x', graph.constant([1], [2], 'float32')], {}, 'y');
  graph.output('y', ['rows', 1]);
  return graph.finish();
}
const PART: NetworkPart = {
  inputs: { x: { shape: ['rows', 1], type: 'float32' } },
  output: { name: 'y', shape: ['rows', 1] },
  run: () => {
    throw new Error('not run here');
  },
};
const rowsOf = (rows: number) => ({ values: Float32Array.from({ length: rows }, (_, i) => i), shape: [rows, 1] });
const doubled = (rows: number) => Float32Array.from({ length: rows }, (_, i) => 2 * i);

/** The real runtime on the processor, whatever provider it is asked for: this machine may have no GPU. Counts its sessions. */
function onTheProcessor(): { runtime: OnnxRuntime; open: () => number; made: () => number } {
  const real = loadOnnxRuntime(onnxRuntimeFolder());
  let [made, released] = [0, 0];
  const InferenceSession: OnnxRuntime['InferenceSession'] = {
    async create(file, options) {
      const session = await real.InferenceSession.create(file, { ...options, executionProviders: ['cpu'] });
      made++;
      const release = session.release.bind(session);
      session.release = () => (released++, release());
      return session;
    },
  };
  const runtime: OnnxRuntime = { ...real, Tensor: real.Tensor, InferenceSession };
  return { runtime, open: () => made - released, made: () => made };
}

it.skipIf(!installed)(
  'CUDA gets a session for each count of rows, so that none meets a new shape, and a bounded number',
  async () => {
    const { runtime, open, made } = onTheProcessor();
    const part = await PartSession.start(runtime, doubling(), PART, { name: 'doubling', provider: 'cuda' });
    expect(made()).toBe(1);
    for (const rows of [1, 4, 1, 4, 4]) expect(await part.run([rowsOf(rows)])).toEqual(doubled(rows));
    expect(made()).toBe(2);
    for (let rows = 1; rows <= 40; rows++) expect(await part.run([rowsOf(rows)])).toEqual(doubled(rows));
    expect(open()).toBeLessThanOrEqual(12);
    // The one used last is not the one that went.
    const before = made();
    await part.run([rowsOf(40)]);
    expect(made()).toBe(before);
    await part.release();
    expect(open()).toBe(0);
  },
);

it.skipIf(!installed)('the processor takes any shape in one session', async () => {
  const { runtime, made } = onTheProcessor();
  const part = await PartSession.start(runtime, doubling(), PART, { name: 'doubling', provider: 'cpu' });
  for (const rows of [1, 4, 7]) expect(await part.run([rowsOf(rows)])).toEqual(doubled(rows));
  expect(made()).toBe(1);
  await part.release();
});

it.skipIf(!installed)(
  'a file that is no model is refused, and a session that did not start is tried again',
  async () => {
    const { runtime } = onTheProcessor();
    const start = PartSession.start(runtime, new Uint8Array(8), PART, { name: 'nothing', provider: 'cpu' });
    await expect(start).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining('nothing') as string,
    });
  },
);
