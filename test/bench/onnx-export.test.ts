import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportNetwork } from '../../bench/onnx/export-network.js';
import { traceKernels } from '../../bench/onnx/trace.js';
import { shippedModelFolder } from '../../src/common/version.js';
import { useWasmBackend } from '../../src/common/tfjs-wasm.js';
import { fullWindow } from '../../src/inference/full-window.js';
import { loadModel } from '../../src/inference/model-format.js';
import { toNetworkBatch } from '../../src/inference/network/batch.js';
import { InferenceLayers } from '../../src/inference/network/inference-layers.js';

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

it('every kernel of the shipped network has a counterpart in ONNX, and all its weights are in the file', async () => {
  const { weights } = await loadModel(shippedModelFolder());
  const tensors = new Map([...weights].map(([name, { shape, values }]) => [name, tf.tensor(values, shape)]));
  const before = tf.memory().numTensors;
  const file = tf.tidy(() =>
    exportNetwork(new InferenceLayers(tensors), toNetworkBatch([{ ...fullWindow(0), voice: null }, fullWindow(1)])),
  );
  expect(tf.memory().numTensors).toBe(before);
  const floats = [...weights.values()].reduce((sum, { values }) => sum + values.length, 0);
  expect(file.length).toBeGreaterThan(4 * floats);
  expect(file.length).toBeLessThan(4 * floats + 100_000);
  tf.dispose([...tensors.values()]);
});
