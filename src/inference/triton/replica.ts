import type { Clock } from '../../common/clock.js';
import { countOf, type InferenceTransport, type NamedTensor } from './transport.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { NETWORK_PARTS, type PartName } from '../parts/network-parts.js';
import type { Part } from '../network/upload.js';
import type { ServerState } from '../types.js';
import { differsFrom, type RemoteModel } from './remote-model.js';
import { brokenAnswer, connectionFailed, ServerFailure, type FailedRequest } from './server-failure.js';

export interface ReplicaOptions {
  url: string;
  transport: InferenceTransport;
  model: RemoteModel;
  clock: Clock;
  /** Runs something after so many ms; answers what keeps it from that. */
  later: (ms: number, run: () => void) => () => void;
  /** Told each time that it is up or down from now on. */
  onChange: () => void;
}

/** What would be the same for the next request. */
const FATAL: ReadonlySet<FailedRequest> = new Set(['missing', 'unauthorised']);
/** How long a trial of a server that is down may take, ms. */
const TRIAL_MS = 5000;

/** One of the servers that have the model. While it is down it is tried now and then, and is up again when that goes well. */
export class Replica {
  readonly #options: ReplicaOptions;
  readonly #breaker: CircuitBreaker;
  #reason = 'it was not asked yet';
  #asked = 0;
  #cancelTrial: () => void = () => {};
  #closed = false;

  constructor(options: ReplicaOptions) {
    this.#options = options;
    this.#breaker = new CircuitBreaker(options.clock);
  }

  get state(): ServerState {
    const up = !this.#breaker.open;
    return { url: this.#options.url, up, reason: up ? '' : this.#reason };
  }

  get up(): boolean {
    return !this.#breaker.open;
  }

  /** Requests that it has. */
  get asked(): number {
    return this.#asked;
  }

  /** Sees that it has the model and computes. Never throws: where it fails, the server is down and tried again. */
  async open(timeoutMs: number): Promise<void> {
    try {
      await this.#verify(timeoutMs);
      if (this.#closed) return;
      this.#breaker.close();
      this.#options.onChange();
    } catch (error) {
      this.#reason = connectionFailed(error).message;
      // The next trial connects anew, whatever the library waits for before it would.
      this.#options.transport.reset();
      this.#planTrial();
    }
  }

  /** @throws ServerFailure */
  async infer(part: PartName, inputs: readonly Part[], timeoutMs: number): Promise<Float32Array> {
    this.#asked++;
    try {
      const answer = await this.#infer(part, inputs, timeoutMs);
      this.#breaker.succeeded();
      return answer;
    } catch (error) {
      const failure = connectionFailed(error);
      if (this.#breaker.failed(FATAL.has(failure.outcome))) this.#goDown(failure);
      throw failure;
    } finally {
      this.#asked--;
    }
  }

  close(): void {
    this.#closed = true;
    this.#cancelTrial();
    this.#options.transport.reset();
  }

  #goDown({ message }: ServerFailure): void {
    this.#reason = message;
    // A server that hangs would keep what is under way, and the connection with it.
    this.#options.transport.reset();
    this.#planTrial();
    this.#options.onChange();
  }

  #planTrial(): void {
    if (this.#closed) return;
    this.#cancelTrial();
    this.#cancelTrial = this.#options.later(this.#breaker.nextTrial(), () => {
      // It never rejects.
      this.open(TRIAL_MS).catch(() => undefined);
    });
  }

  async #infer(part: PartName, inputs: readonly Part[], timeoutMs: number): Promise<Float32Array> {
    const { inputs: wanted, output } = NETWORK_PARTS[part];
    const rows = inputs[0]!.shape[0]!;
    const named = Object.keys(wanted).map((name, i): NamedTensor => ({ ...inputs[i]!, name }));
    const shape = output.shape.map((side) => (typeof side === 'number' ? side : rows));
    const model = this.#options.model.names.get(part)!;
    const answer = await this.#options.transport.infer({ model, inputs: named, output: output.name, shape }, timeoutMs);
    // What it is given is bounded, and the weights were looked at: it computes wrongly, and another may not.
    if (!answer.every(Number.isFinite)) throw brokenAnswer('it has values that are not finite');
    return answer;
  }

  /** @throws ServerFailure */
  async #verify(timeoutMs: number): Promise<void> {
    const { transport, model } = this.#options;
    for (const [part, name] of model.names) {
      const different = differsFrom(part, await transport.metadata(name, timeoutMs));
      if (different) throw new ServerFailure('missing', `its model ${name} is another: ${different} differs`);
    }
    await this.#infer('fusion', nobody(), timeoutMs);
  }
}

/** One window of nobody. */
function nobody(): Part[] {
  return Object.values(NETWORK_PARTS.fusion.inputs).map(({ shape }) => {
    const sides = shape.map((side) => (typeof side === 'number' ? side : 1));
    return { values: new Float32Array(countOf(sides)), shape: sides };
  });
}
