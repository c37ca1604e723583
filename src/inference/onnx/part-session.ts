import type { OnnxRuntime, OnnxSession } from '../../common/onnx/runtime.js';
import type { Part } from '../network/upload.js';
import type { NetworkPart } from './export-part.js';

/** A part of the network, ready to run. */
export class PartSession {
  readonly #runtime: OnnxRuntime;
  readonly #session: OnnxSession;
  readonly #part: NetworkPart;

  constructor(runtime: OnnxRuntime, session: OnnxSession, part: NetworkPart) {
    this.#runtime = runtime;
    this.#session = session;
    this.#part = part;
  }

  /** @param parts in the order of its inputs */
  async run(parts: readonly Part[]): Promise<Float32Array> {
    const feeds = Object.entries(this.#part.inputs).map(([name, { type }], i) => {
      const { values, shape } = parts[i]!;
      return [name, new this.#runtime.Tensor(type, values, shape)] as const;
    });
    const output = await this.#session.run(Object.fromEntries(feeds));
    return output[this.#part.output.name]!.data as Float32Array;
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}
