import type { JetStreamManager, StreamConfig, StreamInfo } from '@nats-io/jetstream';
import { firstLine } from '../common/errors.js';
import { type Schedule, scheduleTimeout } from '../common/schedule.js';
import type { LinkLog, NatsLink } from './nats-link.js';
import { untilReady } from './until-ready.js';

/** A stream as it is to be, but for how many servers have it: that stays as it is where it is there. */
export interface StreamSpec {
  config: Partial<StreamConfig> & { name: string };
  replicas: number;
}

export interface KeptStreamsDeps {
  manager: { streams: Pick<JetStreamManager['streams'], 'info' | 'add' | 'update'> };
  connected: () => boolean;
  logger: LinkLog;
  schedule: Schedule;
  /** Wall clock: numbers of streams go on by it. */
  wallMs: () => number;
  /** Never goes back, ms. */
  now: () => number;
}

const AGAIN_MS = 1000;
/** Who only reads is told of nothing by a stream that is there no more. */
const LOOK_MS = 10_000;
/** JetStream API error "stream not found". */
const NOT_FOUND = 10059;

/**
 * Streams of JetStream, key-value buckets among them, for as long as the process lives: where NATS comes back without what it had stored,
 * or somebody deleted them, they are made anew.
 *
 * The numbers of one that is made anew go on after those of the one before, for they begin at the wall clock's microseconds, faster than
 * which nobody writes: a claim of a room is newer than all that were, and who had read up to a number reads on.
 */
export class KeptStreams {
  readonly #specs: readonly StreamSpec[];
  readonly #deps: KeptStreamsDeps;
  readonly #created = new Map<string, string>();
  readonly #listeners: (() => void)[] = [];
  #madeMs = -Infinity;
  #settled = false;
  #untold = false;
  #looking: Promise<void> | undefined;
  #lookedMs = -Infinity;

  constructor(specs: readonly StreamSpec[], deps: KeptStreamsDeps) {
    this.#specs = specs;
    this.#deps = deps;
  }

  /** When one that was known was seen to be another, ms: what was in it is not known any more. */
  get madeMs(): number {
    return this.#madeMs;
  }

  /** They were looked at since NATS was reached last. */
  get settled(): boolean {
    return this.#settled;
  }

  /** Told each time that one was seen to be another: what read from it reads nothing more. It must not throw. */
  onMade(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Makes them as they are to be. @throws what NATS says where it has none for us */
  async open(): Promise<void> {
    for (const spec of this.#specs) {
      const { created } = await this.#make(spec);
      const before = this.#created.get(spec.config.name);
      this.#created.set(spec.config.name, created);
      if (before === undefined || before === created) continue;
      this.#untold = true;
      this.#madeMs = this.#deps.now();
      this.#deps.logger.warn({ stream: spec.config.name }, 'NATS: what was stored is gone; the stream is made anew');
    }
    this.#settled = true;
    if (!this.#untold) return;
    this.#untold = false;
    for (const listener of this.#listeners) listener();
  }

  /** NATS is not reached: what it has by when it is again is not known. */
  cutOff(): void {
    this.#settled = false;
  }

  /** Something failed that needs them, or NATS is reached again: they are looked at, once a second at most. Never throws. */
  look(): void {
    const { schedule, now, connected, logger } = this.#deps;
    if (this.#looking || !connected()) return;
    const waitMs = this.#settled ? this.#lookedMs + AGAIN_MS - now() : 0;
    if (waitMs > 0) return;
    this.#lookedMs = now();
    this.#looking = this.open()
      .catch((error: unknown) => {
        logger.warn({ error: firstLine(error) }, 'NATS: its streams cannot be looked at; trying again');
        schedule(AGAIN_MS, () => this.look());
      })
      .finally(() => (this.#looking = undefined));
  }

  async #make({ config, replicas }: StreamSpec): Promise<StreamInfo> {
    const { manager, wallMs } = this.#deps;
    const { name } = config;
    let there: StreamInfo | undefined;
    try {
      there = await manager.streams.info(name);
    } catch (error) {
      if ((error as { code?: unknown }).code !== NOT_FOUND) throw error;
    }
    if (!there)
      return manager.streams.add({ ...config, name, num_replicas: replicas, first_seq: Math.floor(wallMs() * 1000) });
    const other = differences(config, there.config);
    if (other.length === 0) return there;
    // By somebody's hand, or by a node that is configured otherwise.
    this.#deps.logger.warn({ stream: name, settings: other }, 'NATS: the stream was otherwise, and is made as here');
    return manager.streams.update(name, { ...there.config, ...config });
  }
}

/**
 * Streams for as long as a connection lives.
 * @throws what NATS says where it has none for us, after having been asked for a while
 */
export async function keepStreams(link: NatsLink, specs: readonly StreamSpec[]): Promise<KeptStreams> {
  const { jetstreamManager } = await import('@nats-io/jetstream');
  const kept = await untilReady(async () => {
    const streams = new KeptStreams(specs, {
      manager: await jetstreamManager(link.connection),
      connected: () => link.connected,
      logger: link.logger,
      schedule: scheduleTimeout,
      wallMs: () => Date.now(),
      now: () => performance.now(),
    });
    await streams.open();
    return streams;
  });
  link.onChange((connected) => {
    if (connected) kept.look();
    else kept.cutOff();
  });
  const timer = setInterval(() => kept.look(), LOOK_MS).unref();
  const stop = () => clearInterval(timer);
  link.connection.closed().then(stop, stop);
  return kept;
}

/** Names of the settings that are otherwise. */
function differences(wanted: Partial<StreamConfig>, there: StreamConfig): string[] {
  // An interface has no index signature, and its settings are asked for by name.
  const given = there as unknown as Record<string, unknown>;
  return Object.entries(wanted).flatMap(([name, value]) =>
    JSON.stringify(value) === JSON.stringify(given[name] ?? (typeof value === 'boolean' ? false : undefined))
      ? []
      : [name],
  );
}
