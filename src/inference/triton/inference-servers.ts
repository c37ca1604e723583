import type { Clock } from '../../common/clock.js';
import type { InferenceRequestOutcome } from '../../common/engine-names.js';
import { EmostreamError } from '../../common/errors.js';
import type { Meter } from '../../common/metrics.js';
import type { Part } from '../network/upload.js';
import type { PartName } from '../parts/network-parts.js';
import type { RemoteModel } from './remote-model.js';
import type { ServerState } from '../types.js';
import { Replica, type ReplicaOptions } from './replica.js';
import { ServerFailure, timedOut } from './server-failure.js';
import type { InferenceTransport } from './transport.js';

export interface InferenceServersOptions {
  servers: readonly { url: string; transport: InferenceTransport }[];
  model: RemoteModel;
  meter: Meter;
  clock: Clock;
  later: ReplicaOptions['later'];
  /** Told how all of them stand each time that one is up or down. */
  onChange: (states: ServerState[]) => void;
}

/** A request is made at most so many times. */
const MOST_TRIES = 2;

/**
 * Servers that have the same model. A request goes to the one that has the fewest; where that fails, once more to another, within the
 * request's time, or to the same after a connection that broke. Asking twice does no harm: a model keeps nothing.
 */
export class InferenceServers {
  readonly #options: InferenceServersOptions;
  readonly #replicas: readonly Replica[];

  constructor(options: InferenceServersOptions) {
    this.#options = options;
    const { model, clock, later } = options;
    this.#replicas = options.servers.map(
      (server) => new Replica({ ...server, model, clock, later, onChange: () => this.#tell() }),
    );
  }

  /**
   * Sees which of them have the model; those that do not are tried again now and then.
   * @throws EmostreamError ENGINE_UNAVAILABLE where none has
   */
  async open(timeoutMs: number): Promise<void> {
    await Promise.all(this.#replicas.map((replica) => replica.open(timeoutMs)));
    this.#tell();
    if (!this.#replicas.some(({ up }) => up)) throw noneAnswers(this.states);
  }

  get states(): ServerState[] {
    return this.#replicas.map(({ state }) => state);
  }

  /**
   * Runs a part of the network.
   * @param until end of its time, by the clock
   * @throws EmostreamError ENGINE_UNAVAILABLE
   */
  async infer(part: PartName, inputs: readonly Part[], until: number): Promise<Float32Array> {
    const { clock, meter } = this.#options;
    const tried = new Set<Replica>();
    let last: ServerFailure | null = null;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const replica = this.#choose(tried, last);
      if (!replica) break;
      const left = until - clock();
      if (left <= 0) throw last ?? timedOut(0);
      if (last) meter.count('emostream_inference_retries_total');
      tried.add(replica);
      const from = clock();
      try {
        // Another one must have time for it, too.
        const another = tries + 1 < MOST_TRIES && this.#replicas.some((other) => other.up && !tried.has(other));
        const answer = await replica.infer(part, inputs, another ? left / 2 : left);
        this.#count('ok');
        meter.observe('emostream_stage_duration_seconds', (clock() - from) / 1000, { stage: 'inference-server' });
        return answer;
      } catch (error) {
        last = error as ServerFailure;
        this.#count(last.outcome);
      }
    }
    throw last ? failedBy(last) : noneAnswers(this.states);
  }

  close(): void {
    for (const replica of this.#replicas) replica.close();
  }

  #choose(tried: ReadonlySet<Replica>, last: ServerFailure | null): Replica | undefined {
    const up = this.#replicas.filter((replica) => replica.up);
    const fresh = up.filter((replica) => !tried.has(replica));
    const from = fresh.length > 0 || last?.outcome !== 'unavailable' ? fresh : up;
    return from.reduce<Replica | undefined>((best, one) => (best && best.asked <= one.asked ? best : one), undefined);
  }

  #tell(): void {
    const states = this.states;
    const up = states.filter((state) => state.up).length;
    this.#options.meter.set('emostream_inference_servers', up, { state: 'up' });
    this.#options.meter.set('emostream_inference_servers', states.length - up, { state: 'down' });
    this.#options.onChange(states);
  }

  #count(outcome: InferenceRequestOutcome): void {
    this.#options.meter.count('emostream_inference_requests_total', { outcome });
  }
}

const failedBy = (failure: ServerFailure): EmostreamError =>
  new EmostreamError('ENGINE_UNAVAILABLE', `An inference server failed: ${failure.message}.`, { cause: failure });

function noneAnswers(states: readonly ServerState[]): EmostreamError {
  const each = states.map(({ url, reason }) => `${url}: ${reason}`).join('; ');
  return new EmostreamError(
    'ENGINE_UNAVAILABLE',
    `No inference server can be asked (${each}). Start one with the repository that \`emostream model export --format triton\` makes of this model, or name others by --engine-url.`,
  );
}
