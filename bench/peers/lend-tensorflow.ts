import { registerHooks } from 'node:module';
import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import * as converter from '@tensorflow/tfjs-converter';
import { useWasmBackend } from '../../src/common/tfjs-wasm.js';
import { startTensorflowBackend } from '../../src/inference/tensorflow-backend.js';
import type { PeerBackend } from './peer.js';

const LENT = 'emostream.lent-tfjs';
const STAND_IN = 'emostream:tfjs';

/**
 * Peers ask for TensorFlow.js under names of which not all are installed here (the umbrella package, tfjs-node). They get
 * this project's TensorFlow.js, so that both sides run on one and the same backend. For the whole process; before a peer is
 * loaded.
 */
export async function lendTensorflow(backend: PeerBackend): Promise<void> {
  if (backend === 'wasm') await useWasmBackend();
  else await startTensorflowBackend();
  chainOperations();
  const wasm: unknown = createRequire(import.meta.url)('@tensorflow/tfjs-backend-wasm');
  const lent = { ...tf, ...converter, ...(wasm as object) };
  (globalThis as Record<symbol, unknown>)[Symbol.for(LENT)] = lent;
  registerHooks({
    resolve(specifier, context, next) {
      const ofPeer = context.parentURL?.includes('/@vladmandic/') ?? false;
      if (!ofPeer || !specifier.startsWith('@tensorflow/tfjs')) return next(specifier, context);
      return { url: STAND_IN, format: 'commonjs', shortCircuit: true };
    },
    load(url, context, next) {
      if (url !== STAND_IN) return next(url, context);
      const source = `module.exports = globalThis[Symbol.for('${LENT}')];`;
      return { format: 'commonjs', source, shortCircuit: true };
    },
  });
}

/** The umbrella package lets operations be called as methods of a tensor; these are the ones that face-api calls so. */
const CHAINED = ['add', 'cast', 'div', 'expandDims', 'mean', 'mul', 'relu', 'reshape', 'slice', 'sub'] as const;

type Operation = (x: tf.Tensor, ...more: unknown[]) => tf.Tensor;

function chainOperations(): void {
  const methods = tf.Tensor.prototype as unknown as Record<string, (this: tf.Tensor, ...more: unknown[]) => tf.Tensor>;
  for (const name of CHAINED) {
    const operation = tf[name] as Operation;
    methods[name] = function (...more) {
      return operation(this, ...more);
    };
  }
  for (const name of ['as2D', 'as3D', 'as4D']) {
    methods[name] = function (...shape) {
      return tf.reshape(this, shape as number[]);
    };
  }
}
