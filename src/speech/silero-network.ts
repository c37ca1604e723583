import { existsSync, readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { EmostreamError } from '../common/errors.js';
import { sha256Of } from '../common/install/damage.js';
import { useWasmBackend } from '../common/tfjs-wasm.js';
import { SILERO_FILE } from './install/pinned.js';
import { onnxWeights, type Weights } from './onnx-weights.js';

/** Samples that are judged at a time: 32 ms. */
export const FRAME_SAMPLES = 512;
/** Samples before a frame that are seen with it (Silero version 5). */
export const CONTEXT_SAMPLES = 64;
export const INPUT_SAMPLES = CONTEXT_SAMPLES + FRAME_SAMPLES;

/** The spectrogram: four stretches of 256 samples, each 128, of a frame that is mirrored at its end. */
const STRETCH = 256;
const HOP = 128;
const STRETCHES = 4;
const BINS = STRETCH / 2 + 1;
/** Width of the encoder's layers and of the memory. */
const WIDTH = [128, 64, 64, 128] as const;
const MEMORY = 128;
/** Weights for 16 kHz are in this branch of the model, those for 8 kHz in the other. */
const BRANCH = 'If_0_then_branch__Inline_0__';

/** What the network remembers of one sound. */
export interface Memory {
  hidden: Float32Array;
  cell: Float32Array;
}

export const newMemory = (): Memory => ({ hidden: new Float32Array(MEMORY), cell: new Float32Array(MEMORY) });

interface Layer {
  weights: tf.Tensor2D;
  bias: tf.Tensor1D | undefined;
}

/**
 * Silero's network for voice activity, version 5, 16 kHz (https://github.com/snakers4/silero-vad, MIT): magnitudes of a short
 * spectrogram, four convolutions, an LSTM. Evaluated with matrix products of TensorFlow.js for many frames and sounds at once,
 * with one copy of the weights: libraries that hold a session for every sound pay for its megabytes, and for bringing them into
 * the caches at every frame.
 */
export class SileroNetwork {
  readonly #spectrum: Layer;
  readonly #encoder: Layer[];
  readonly #lstm: Layer;
  readonly #decoder: { weights: Float32Array; bias: number };

  private constructor(find: (name: string) => Weights) {
    this.#spectrum = layer(transposed(find('stft.forward_basis_buffer').data, 2 * BINS, STRETCH), STRETCH);
    this.#encoder = WIDTH.map((_, i) => {
      const { dims, data } = find(`encoder.${String(i)}.reparam_conv.weight`);
      const [, inputs = 0, taps = 0] = dims;
      const rows = unfolded(data, dims);
      // Of the last layer's three taps two see padding only.
      const seen = i === 3 ? rows.slice(inputs * WIDTH[i]!, 2 * inputs * WIDTH[i]!) : rows;
      return layer(seen, i === 3 ? inputs : inputs * taps, find(`encoder.${String(i)}.reparam_conv.bias`).data);
    });
    const biases = find('decoder.rnn.bias_hh').data;
    this.#lstm = layer(
      Float32Array.from([
        ...transposed(find('decoder.rnn.weight_ih').data, 4 * MEMORY, MEMORY),
        ...transposed(find('decoder.rnn.weight_hh').data, 4 * MEMORY, MEMORY),
      ]),
      2 * MEMORY,
      find('decoder.rnn.bias_ih').data.map((bias, i) => bias + biases[i]!),
    );
    this.#decoder = {
      weights: find('decoder.decoder.2.weight').data,
      bias: find('decoder.decoder.2.bias').data[0] ?? 0,
    };
  }

  /**
   * On the backend of TensorFlow.js that this thread has, else on WebAssembly.
   * @throws EmostreamError SPEECH_UNAVAILABLE when the file is missing or is another model
   */
  static async load(file: string): Promise<SileroNetwork> {
    if (!tf.getBackend()) await useWasmBackend();
    return SileroNetwork.read(file);
  }

  /** The same where this thread has a backend already. @throws EmostreamError SPEECH_UNAVAILABLE */
  static read(file: string): SileroNetwork {
    try {
      const bytes = readFileSync(file);
      // Numbers that are wrong would hear voices in silence, or none in speech, and say nothing.
      if (sha256Of(bytes) !== SILERO_FILE.sha256) throw new Error('it is not what was installed');
      const weights = onnxWeights(bytes);
      return new SileroNetwork((name) => {
        const found = weights.get(BRANCH + name);
        if (!found) throw new Error(`it has no ${name}`);
        return found;
      });
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      const state = existsSync(file) ? `cannot be used (${why})` : 'is missing';
      const what = `The voice activity model ${file} ${state}: \`npx emostream speech install\` brings it.`;
      throw new EmostreamError('SPEECH_UNAVAILABLE', what, { cause });
    }
  }

  /**
   * What does not depend on what was before.
   * @param frames INPUT_SAMPLES each
   * @returns MEMORY values for each
   */
  encode(frames: readonly Float32Array[]): Float32Array {
    const count = frames.length;
    const magnitudes = this.#magnitudes(frames);
    const first = product(this.#encoder[0]!, windows(magnitudes, count, STRETCHES, BINS, 1), 'relu');
    const second = product(this.#encoder[1]!, windows(first, count, STRETCHES, WIDTH[0], 2), 'relu');
    const third = product(this.#encoder[2]!, windows(second, count, STRETCHES / 2, WIDTH[1], 2), 'relu');
    return product(this.#encoder[3]!, third.slice(), 'relu');
  }

  /**
   * The next frame of each of several sounds.
   * @param encoded MEMORY values for each, as `encode` gives them
   * @param memories changed
   * @returns probabilities of speech
   */
  remember(encoded: readonly Float32Array[], memories: readonly Memory[]): number[] {
    const inputs = new Float32Array(memories.length * 2 * MEMORY);
    memories.forEach(({ hidden }, i) => {
      inputs.set(encoded[i]!, 2 * i * MEMORY);
      inputs.set(hidden, (2 * i + 1) * MEMORY);
    });
    const gates = product(this.#lstm, inputs);
    return memories.map((memory, i) => this.#speech(memory, gates.subarray(4 * i * MEMORY, 4 * (i + 1) * MEMORY)));
  }

  /** Frees the weights. */
  dispose(): void {
    for (const { weights, bias } of [this.#spectrum, ...this.#encoder, this.#lstm]) {
      weights.dispose();
      bias?.dispose();
    }
  }

  /** Gates as PyTorch's LSTMCell orders them: input, forget, cell, output. */
  #speech({ hidden, cell }: Memory, gates: Float32Array): number {
    const { weights, bias } = this.#decoder;
    let sum = bias;
    for (let k = 0; k < MEMORY; k++) {
      const kept = sigmoid(gates[MEMORY + k]!) * cell[k]! + sigmoid(gates[k]!) * Math.tanh(gates[2 * MEMORY + k]!);
      const shown = sigmoid(gates[3 * MEMORY + k]!) * Math.tanh(kept);
      cell[k] = kept;
      hidden[k] = shown;
      if (shown > 0) sum += shown * weights[k]!;
    }
    return sigmoid(sum);
  }

  #magnitudes(frames: readonly Float32Array[]): Float32Array {
    const stretches = new Float32Array(frames.length * STRETCHES * STRETCH);
    const mirrored = new Float32Array(INPUT_SAMPLES + CONTEXT_SAMPLES);
    frames.forEach((frame, i) => {
      mirrored.set(frame);
      for (let k = 0; k < CONTEXT_SAMPLES; k++) mirrored[INPUT_SAMPLES + k] = frame[INPUT_SAMPLES - 2 - k]!;
      for (let t = 0; t < STRETCHES; t++) {
        stretches.set(mirrored.subarray(t * HOP, t * HOP + STRETCH), (i * STRETCHES + t) * STRETCH);
      }
    });
    const parts = product(this.#spectrum, stretches);
    const magnitudes = new Float32Array(frames.length * STRETCHES * BINS);
    for (let row = 0, to = 0; row < frames.length * STRETCHES; row++) {
      for (let k = row * 2 * BINS; k < row * 2 * BINS + BINS; k++, to++) {
        magnitudes[to] = Math.sqrt(parts[k]! ** 2 + parts[k + BINS]! ** 2);
      }
    }
    return magnitudes;
  }
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

function layer(weights: Float32Array, rows: number, bias?: Float32Array): Layer {
  return {
    weights: tf.tensor2d(weights, [rows, weights.length / rows]),
    bias: bias && tf.tensor1d(bias),
  };
}

/** @returns a copy that is the caller's until the next product */
function product({ weights, bias }: Layer, inputs: Float32Array, activation?: 'relu'): Float32Array {
  const [columns] = weights.shape;
  const a = tf.tensor2d(inputs, [inputs.length / columns, columns]);
  const result = tf.fused.matMul({ a, b: weights, ...(bias && { bias }), ...(activation && { activation }) });
  const values = result.dataSync<'float32'>();
  a.dispose();
  result.dispose();
  return values;
}

/**
 * The three inputs that a convolution sees for each output, beside each other; those beyond the ends are 0.
 * @param values `count` times `length` rows of `width`
 */
function windows(values: Float32Array, count: number, length: number, width: number, stride: number): Float32Array {
  const outputs = Math.ceil(length / stride);
  const out = new Float32Array(count * outputs * 3 * width);
  for (let i = 0; i < count; i++) {
    for (let t = 0; t < outputs; t++) {
      for (let tap = 0; tap < 3; tap++) {
        const at = t * stride - 1 + tap;
        if (at < 0 || at >= length) continue;
        const row = (i * length + at) * width;
        out.set(values.subarray(row, row + width), ((i * outputs + t) * 3 + tap) * width);
      }
    }
  }
  return out;
}

/** Weights of a convolution, outputs × inputs × taps → (taps · inputs) × outputs. */
function unfolded(data: Float32Array, [outputs = 0, inputs = 0, taps = 0]: readonly number[]): Float32Array {
  const rows = new Float32Array(data.length);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      for (let tap = 0; tap < taps; tap++) {
        rows[(tap * inputs + i) * outputs + o] = data[(o * inputs + i) * taps + tap]!;
      }
    }
  }
  return rows;
}

function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c]!;
  return out;
}
