import type { types } from 'mediasoup';
import type { Bulkhead } from '../common/bulkhead.js';
import type { Meter } from '../common/metrics.js';

/** Tracks of a person: a camera and a microphone. */
const TRACKS = 2;

/**
 * Consumers of a room in which everybody sends both tracks, sees everybody and is analysed: each track has one for each of
 * the others and one for the tap.
 */
export function consumersOf(people: number): number {
  return TRACKS * people * people;
}

export interface WorkerLoadOptions {
  worker: types.Worker;
  index: number;
  meter: Meter;
  bulkhead: Bulkhead;
}

/**
 * What one media worker carries. A worker is one thread, and about 500 consumers fill it (mediasoup's documentation,
 * "Scalability"). Seats reserve consumers before there are any: people who join at the same moment must not together become
 * more than the worker carries.
 */
export class WorkerLoad {
  readonly #options: WorkerLoadOptions;
  #consumers = 0;
  #reserved = 0;

  constructor(options: WorkerLoadOptions) {
    this.#options = options;
    const { worker, bulkhead } = options;
    this.#tell();
    worker.observer.on(
      'newrouter',
      bulkhead.wrap((router: types.Router) =>
        router.observer.on(
          'newtransport',
          bulkhead.wrap((transport: types.Transport) =>
            transport.observer.on(
              'newconsumer',
              bulkhead.wrap((consumer: types.Consumer) => {
                this.#count(1);
                // With its transport, its router and its worker a consumer closes, too.
                consumer.observer.once(
                  'close',
                  bulkhead.wrap(() => this.#count(-1)),
                );
              }),
            ),
          ),
        ),
      ),
    );
  }

  /** Consumers that exist. */
  get consumers(): number {
    return this.#consumers;
  }

  /** Consumers that the seats of its rooms may come to. */
  get reserved(): number {
    return this.#reserved;
  }

  /** By what rooms are placed. */
  get carried(): number {
    return Math.max(this.#consumers, this.#reserved);
  }

  reserve(by: number): void {
    this.#reserved += by;
  }

  #count(by: 1 | -1): void {
    this.#consumers += by;
    this.#tell();
  }

  #tell(): void {
    const { meter, index } = this.#options;
    meter.set('emostream_worker_consumers', this.#consumers, { worker: String(index) });
  }
}
