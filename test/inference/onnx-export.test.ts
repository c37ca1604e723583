import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { shippedModelFolder } from '../../src/common/version.js';
import { useWasmBackend } from '../../src/common/tfjs-wasm.js';
import { loadModel } from '../../src/inference/model-format.js';
import { InferenceLayers } from '../../src/inference/network/inference-layers.js';
import { exportPart, type NetworkPart } from '../../src/inference/onnx/export-part.js';
import { NETWORK_PARTS, partsOf } from '../../src/inference/parts/network-parts.js';
import { endOf, sideOf, trialSizes } from '../../src/inference/onnx/sides.js';
import { traceKernels } from '../../src/inference/onnx/trace.js';

beforeAll(async () => {
  await useWasmBackend();
});

describe('a trace', () => {
  it('has what depends on the inputs, in order, and the values of all else', () => {
    tf.tidy(() => {
      const x = tf.tensor1d([1, -2]);
      const { kernels, constants, result } = traceKernels([x], () => {
        const fixed = tf.mul(tf.scalar(2), tf.scalar(3));
        return tf.relu(tf.add(x, fixed));
      });
      expect([...result.dataSync()]).toEqual([7, 4]);
      expect(kernels.map(({ kernel }) => kernel)).toEqual(['Add', 'Relu']);
      expect([...constants.values()].map((values) => [...values])).toEqual([[6]]);
    });
  });

  it('ends with the function, and when it throws', () => {
    const fails = () =>
      traceKernels([], () => {
        throw new Error('no');
      });
    const { runKernel } = tf.engine() as unknown as { runKernel: unknown };
    expect(fails).toThrow('no');
    expect((tf.engine() as unknown as { runKernel: unknown }).runKernel).toBe(runKernel);
  });
});

describe('the sides of a shape', () => {
  const trials = trialSizes(['rows', 'tokens']);
  const at = (length: (rows: number, tokens: number) => number): number[] =>
    trials.map(({ rows, tokens }) => length(rows!, tokens!));

  it.each([
    ['fixed', at(() => 12), { factor: 12, of: [] }],
    ['as many as rows', at((rows) => rows), { factor: 1, of: ['rows'] }],
    ['so many for each row', at((rows) => 4 * rows), { factor: 4, of: ['rows'] }],
    ['of both', at((rows, tokens) => 2 * rows * tokens), { factor: 2, of: ['rows', 'tokens'] }],
  ])('are known: %s', (_, lengths, side) => {
    expect(sideOf(trials, lengths)).toEqual(side);
  });

  it.each([
    ['one less', at((rows) => rows - 1)],
    ['squared', at((rows) => rows * rows)],
    ['a sum', at((rows, tokens) => rows + tokens)],
  ])('that are no product are refused: %s', (_, lengths) => {
    expect(() => sideOf(trials, lengths)).toThrow('knows no shape');
  });

  it('end a cut: at a fixed place, at the end, or so far before it', () => {
    expect(endOf([2, 3], [2, 2], 1)).toBe(3);
    expect(endOf([2, 3], [1, 2], 1)).toBeGreaterThan(1_000_000);
    expect(endOf([2, 3], [1, 2], 0)).toBe(-1);
    expect(() => endOf([4, 8], [2, 4], 0)).toThrow('fixed number');
  });
});

describe('the shipped network', () => {
  it('has a counterpart in ONNX for every kernel, all its weights are in the files, and nothing is left behind', async () => {
    const { weights } = await loadModel(shippedModelFolder());
    const tensors = new Map([...weights].map(([name, { shape, values }]) => [name, tf.tensor(values, shape)]));
    const before = tf.memory().numTensors;
    const sizes = partsOf(true).map(
      (name) => [name, exportPart(new InferenceLayers(tensors), NETWORK_PARTS[name]).length] as const,
    );
    expect(tf.memory().numTensors).toBe(before);
    const bytes = (start: RegExp): number =>
      [...weights].reduce((sum, [name, { values }]) => sum + (start.test(name) ? 4 * values.length : 0), 0);
    const whole = sizes.reduce((sum, [name, size]) => sum + (name === 'voice' ? 0 : size), 0);
    expect(whole).toBeGreaterThan(bytes(/./u));
    expect(whole).toBeLessThan(bytes(/./u) + 100_000);
    tf.dispose([...tensors.values()]);
  });
});

describe('the export refuses', () => {
  const part = (run: NetworkPart['run']): NetworkPart => ({
    inputs: { x: { shape: ['rows', 4], type: 'float32' } },
    output: { name: 'y', shape: ['rows', 4] },
    run,
  });
  const layers = new InferenceLayers(new Map());

  it.each([
    ['a kernel that it does not know', part((_, { x }) => tf.erf(x!)), 'does not know the kernel Erf'],
    [
      'a network that does something else at another size',
      part((_, { x }) => (x!.shape[0]! > 2 ? tf.relu(x!) : tf.tanh(x!))),
      'depends on its sizes',
    ],
  ])('%s', (_, refused, message) => {
    expect(() => exportPart(layers, refused)).toThrow(message);
  });
});
