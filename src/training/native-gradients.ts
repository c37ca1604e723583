import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** What is used here of tfjs-node's backend; it, and no other, is registered as `tensorflow` (nodejs_kernel_backend.js). */
export interface NativeBackend {
  executeSingleOutput(name: string, attributes: object[], inputs: Tensor[]): Tensor;
  executeMultipleOutputs(name: string, attributes: object[], inputs: Tensor[], outputs: number): Tensor[];
  binding: Record<'TF_ATTR_TYPE' | 'TF_ATTR_FLOAT' | 'TF_ATTR_STRING' | 'TF_ATTR_BOOL' | 'TF_FLOAT', number>;
}

// TensorFlow.js declares of a backend only what its own core calls.
export const nativeBackend = (): NativeBackend => tf.backend() as unknown as NativeBackend;

/**
 * TensorFlow.js composes the gradient of relu of three operations over whole maps; TensorFlow has one kernel for it, and
 * takes a third of the time. Replaces the gradient for this process; on another backend it stays the composed one.
 */
export function useNativeReluGradient(): void {
  tf.unregisterGradient('Relu');
  tf.registerGradient({
    kernelName: 'Relu',
    outputsToSave: [true],
    gradFunc: (dy, saved) => ({
      x: () => {
        // Where the output is positive, so is the input.
        if (tf.getBackend() !== 'tensorflow') return tf.mul(dy as Tensor, tf.step(saved[0]!));
        const backend = nativeBackend();
        const attributes = [{ name: 'T', type: backend.binding.TF_ATTR_TYPE, value: backend.binding.TF_FLOAT }];
        return backend.executeSingleOutput('ReluGrad', attributes, [dy as Tensor, saved[0]!]);
      },
    }),
  });
}
