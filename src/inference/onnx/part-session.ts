import { EmostreamError, firstLine } from '../../common/errors.js';
import type { OnnxRuntime, OnnxSession } from '../../common/onnx/runtime.js';
import type { Part } from '../network/upload.js';
import type { NetworkPart } from './export-part.js';
import type { OnnxProvider } from './providers.js';

/** One thread: batches run side by side in several engines, each on a core of its own. Log level 4, fatal: what fails is thrown, too. */
const SESSION_OPTIONS = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 };

/**
 * On the CPU the plan of a call's memory is not kept for each count of rows that comes: calls take no longer without, and a thread
 * is 50 MB smaller.
 */
const ON_CPU = { ...SESSION_OPTIONS, enableMemPattern: false };

/** Row counts of which a session is kept, the last used: powers of two up to 2048, more than any batch has. */
const MOST_SESSIONS = 12;

/** In the place of a count of rows: one session for all. */
const ANY = 0;

export interface PartOptions {
  /** As messages call it. */
  name: string;
  provider: OnnxProvider;
}

/**
 * Providers that make themselves ready for a shape, and anew when the next call has another: they get a session for each count of
 * rows. Measured on an H100 with CUDA under load: a window took 225 ms of one session, whose calls change in size, where 64 windows
 * of one size again and again take 18.
 */
const BY_ROWS: ReadonlySet<OnnxProvider> = new Set(['cuda']);

/** A part of the network, ready to run. */
export class PartSession {
  readonly #runtime: OnnxRuntime;
  readonly #file: Uint8Array;
  readonly #part: NetworkPart;
  readonly #options: PartOptions;
  /** By the count of rows, the one used last at the end. */
  readonly #sessions = new Map<number, Promise<OnnxSession>>();

  private constructor(runtime: OnnxRuntime, file: Uint8Array, part: NetworkPart, options: PartOptions) {
    this.#runtime = runtime;
    this.#file = file;
    this.#part = part;
    this.#options = options;
  }

  /**
   * @param file the part as an ONNX model
   * @throws EmostreamError ENGINE_UNAVAILABLE when the runtime does not take it
   */
  static async start(
    runtime: OnnxRuntime,
    file: Uint8Array,
    part: NetworkPart,
    options: PartOptions,
  ): Promise<PartSession> {
    const made = new PartSession(runtime, file, part, options);
    await made.#of(1);
    return made;
  }

  /** @param parts in the order of its inputs */
  async run(parts: readonly Part[]): Promise<Float32Array> {
    const session = await this.#of(parts[0]!.shape[0]!);
    const feeds = Object.entries(this.#part.inputs).map(([name, { type }], i) => {
      const { values, shape } = parts[i]!;
      return [name, new this.#runtime.Tensor(type, values, shape)] as const;
    });
    const output = await session.run(Object.fromEntries(feeds));
    return output[this.#part.output.name]!.data as Float32Array;
  }

  async release(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    // One that did not start has nothing to give back.
    for (const session of sessions) await (await session.catch(() => null))?.release();
  }

  async #of(rows: number): Promise<OnnxSession> {
    const key = BY_ROWS.has(this.#options.provider) ? rows : ANY;
    const session = this.#sessions.get(key) ?? this.#start();
    this.#sessions.delete(key);
    this.#sessions.set(key, session);
    // The next call tries again.
    session.catch(() => this.#sessions.delete(key));
    if (this.#sessions.size > MOST_SESSIONS) {
      const [oldest, old] = this.#sessions.entries().next().value!;
      this.#sessions.delete(oldest);
      await (await old).release();
    }
    return session;
  }

  async #start(): Promise<OnnxSession> {
    const { name, provider } = this.#options;
    try {
      return await this.#runtime.InferenceSession.create(this.#file, {
        ...(this.#options.provider === 'cpu' ? ON_CPU : SESSION_OPTIONS),
        executionProviders: [provider],
      });
    } catch (cause) {
      const message = `ONNX Runtime does not take the network’s part ${name} (${firstLine(cause)}).`;
      throw new EmostreamError('ENGINE_UNAVAILABLE', message, { cause });
    }
  }
}
