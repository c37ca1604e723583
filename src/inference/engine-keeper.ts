import type { Clock } from '../common/clock.js';
import { REMOTE_ENGINE, type EngineFallback } from '../common/engine-names.js';
import type { ENGINE_SWITCHES, Meter } from '../common/metrics.js';
import { waitAtMost } from '../common/wait-at-most.js';
import type { BatchPace } from './batch-pace.js';
import {
  belowOf,
  betterThan,
  bringUp,
  candidates,
  selectBest,
  type BringUpOptions,
  type EngineInUse,
  type PassedOver,
} from './engine-selection.js';
import type { EngineChoice, RunningEngine } from './engines.js';
import { Losses, ReturnBackoff } from './losses.js';
import type { Engine, EngineDevice, EngineName, ModelInfo } from './types.js';

/** That another engine is in use from now on. */
export interface EngineSwitch {
  from: EngineName;
  to: EngineName;
  why: (typeof ENGINE_SWITCHES)[number];
  /** Of a loss: what happened. */
  reason: string;
}

export interface EngineKeeperOptions extends Omit<BringUpOptions, 'start'> {
  /** @param onDeath to be told each time a thread of it died */
  start: (name: EngineName, onDeath: (reason: string) => void) => Promise<RunningEngine>;
  /** What is used where the remote engine was chosen and is not to be had; default none. */
  fallback?: EngineFallback;
  meter: Meter;
  clock: Clock;
  /** Runs something after so many ms; answers what keeps it from that. Another one only in tests. */
  later?: (ms: number, run: () => void) => () => void;
}

/** How long an engine that another has replaced may take to answer what it has, ms. */
const LEAVE_MS = 10_000;

interface Slot extends EngineInUse {
  losses: Losses;
  /** Calls that it has. */
  calls: Set<Promise<unknown>>;
}

/**
 * The engine in use, with its model and warm. Of the choice `auto` it is the best that starts. When that is lost at run time (its
 * threads die again and again or cannot be replaced, or it fails at everything) the next best takes its place: what it had in hand
 * fails, what comes meanwhile waits. The lost one is tried again after a while, longer from time to time, and used again when it is
 * back. An engine that was named is never replaced by another, but for the remote one by what its user has named for that.
 */
export class EngineKeeper implements Omit<Engine, 'load' | 'warmUp'> {
  readonly #options: Required<EngineKeeperOptions>;
  readonly #candidates: readonly EngineName[];
  readonly #passedOver = new Map<EngineName, PassedOver>();
  readonly #backoff: ReturnBackoff;
  readonly #told: ((news: EngineSwitch) => void)[] = [];
  /** What is used, or will be when it has come up; rejects when nothing will. */
  #ready: Promise<Slot>;
  #slot: Slot;
  #switching = false;
  #hopeless = false;
  #disposed = false;
  #cancelReturn: () => void = () => {};
  #returning: Promise<void> = Promise.resolve();

  /**
   * @throws EmostreamError ENGINE_UNAVAILABLE with advice when the one that was named cannot run here; MODEL_INVALID
   */
  static async open(choice: EngineChoice, given: EngineKeeperOptions): Promise<EngineKeeper> {
    const options = { later, fallback: 'none' as const, ...given };
    const losses = new Losses(options.clock);
    const bring = startingWith(options, losses);
    const names = candidates(choice, options.fallback);
    const { inUse, passedOver } =
      choice !== 'auto' && names.length === 1
        ? { inUse: await bringUp(choice, bring), passedOver: [] }
        : await selectBest(names, bring);
    return new EngineKeeper({ ...inUse, losses, calls: new Set() }, passedOver, names, options);
  }

  private constructor(
    slot: Slot,
    passedOver: readonly PassedOver[],
    names: readonly EngineName[],
    options: Required<EngineKeeperOptions>,
  ) {
    this.#options = options;
    this.#candidates = names;
    this.#slot = slot;
    this.#ready = Promise.resolve(slot);
    this.#backoff = new ReturnBackoff(options.clock);
    for (const one of passedOver) this.#passedOver.set(one.engine, one);
    if (this.passedOver.some(returns)) this.#planReturn();
  }

  get name(): EngineName {
    return this.#slot.engine.name;
  }

  get device(): EngineDevice {
    return this.#slot.engine.device;
  }

  get lanes(): number {
    return this.#switching ? 1 : this.#slot.engine.lanes;
  }

  get healthy(): boolean {
    return !this.#switching && !this.#hopeless && this.#slot.engine.healthy;
  }

  get model(): ModelInfo {
    return this.#slot.model;
  }

  /** As the engine's warming up measured it. */
  get pace(): BatchPace {
    return this.#slot.pace;
  }

  /** Why none of the better ones is in use, the best first. */
  get passedOver(): PassedOver[] {
    return betterThan(this.name, this.#candidates).flatMap((name) => this.#passedOver.get(name) ?? []);
  }

  /** @param told each time that another engine is in use */
  onSwitch(told: (news: EngineSwitch) => void): void {
    this.#told.push(told);
  }

  run(...call: Parameters<Engine['run']>): ReturnType<Engine['run']> {
    return this.#call((engine) => engine.run(...call));
  }

  encodeFaces(...call: Parameters<Engine['encodeFaces']>): ReturnType<Engine['encodeFaces']> {
    return this.#call((engine) => engine.encodeFaces(...call));
  }

  memory(): ReturnType<Engine['memory']> {
    return this.#ready.then(({ engine }) => engine.memory());
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#cancelReturn();
    await this.#slot.engine.dispose();
    // What was coming up meanwhile.
    const last = this.#ready.then(
      ({ engine }) => engine.dispose(),
      () => undefined,
    );
    await waitAtMost(LEAVE_MS, Promise.all([this.#returning, last]));
  }

  async #call<T>(make: (engine: RunningEngine) => Promise<T>): Promise<T> {
    const slot = await this.#ready;
    const call = make(slot.engine);
    const settled = call.then(
      () => slot.losses.succeeded(),
      (error: unknown) => {
        slot.losses.failed(error);
        const lost = slot.losses.lost(slot.engine.hopeless);
        if (lost !== null) this.#fall(slot, lost);
      },
    );
    slot.calls.add(settled);
    try {
      await settled;
    } finally {
      slot.calls.delete(settled);
    }
    return call;
  }

  /** Takes the next best. */
  #fall(slot: Slot, reason: string): void {
    const below = belowOf(slot.engine.name, this.#candidates);
    if (this.#disposed || this.#slot !== slot || this.#switching || below.length === 0) return;
    this.#switching = true;
    this.#cancelReturn();
    const from = slot.engine.name;
    this.#passedOver.set(from, { engine: from, why: 'lost', reason });
    const losses = new Losses(this.#options.clock);
    this.#ready = slot.engine
      .dispose()
      .catch(() => undefined)
      .then(() => selectBest(below, startingWith(this.#options, losses)))
      .then(({ inUse, passedOver }) => {
        for (const one of passedOver) this.#passedOver.set(one.engine, one);
        return this.#use({ ...inUse, losses, calls: new Set() }, { from, why: 'lost', reason });
      })
      .catch((error: unknown) => {
        this.#hopeless = true;
        throw error;
      })
      .finally(() => (this.#switching = false));
    // Every call reports it; with no call waiting it must not count as unhandled.
    this.#ready.catch(() => undefined);
    this.#backoff.lost();
    this.#planReturn();
  }

  #use(slot: Slot, news: Omit<EngineSwitch, 'to'>): Slot {
    this.#slot = slot;
    this.#passedOver.delete(slot.engine.name);
    this.#options.meter.count('emostream_engine_switches_total', { why: news.why });
    for (const told of this.#told) told({ ...news, to: slot.engine.name });
    return slot;
  }

  #planReturn(): void {
    this.#cancelReturn();
    if (this.#disposed) return;
    this.#cancelReturn = this.#options.later(this.#backoff.next(), () => {
      this.#returning = this.#tryReturn();
    });
  }

  /** Brings up one that was lost beside the one in use, which goes on meanwhile. */
  async #tryReturn(): Promise<void> {
    const current = await this.#ready.catch(() => null);
    if (!current) return;
    const lost = this.passedOver.filter(returns).map(({ engine }) => engine);
    for (const name of lost) {
      const losses = new Losses(this.#options.clock);
      try {
        const inUse = await bringUp(name, startingWith(this.#options, losses), true);
        await this.#returnTo({ ...inUse, losses, calls: new Set() }, current);
        return;
      } catch (error) {
        const still = error instanceof Error ? error.message : String(error);
        const { why } = this.#passedOver.get(name)!;
        const reason = why === 'lost' ? `It was lost and does not come back: ${still}` : still;
        this.#passedOver.set(name, { engine: name, why, reason });
      }
    }
    this.#planReturn();
  }

  async #returnTo(slot: Slot, from: Slot): Promise<void> {
    if (this.#disposed || this.#slot !== from || this.#switching) {
      await slot.engine.dispose();
      return;
    }
    this.#ready = Promise.resolve(this.#use(slot, { from: from.engine.name, why: 'returned', reason: '' }));
    this.#backoff.returned();
    await waitAtMost(LEAVE_MS, Promise.all(from.calls));
    await from.engine.dispose();
    if (this.passedOver.some(returns)) this.#planReturn();
  }
}

/** What is tried again: what was there before; and servers, which may be started after this one. */
const returns = ({ engine, why }: PassedOver): boolean => why === 'lost' || engine === REMOTE_ENGINE;

function startingWith({ start, ...rest }: EngineKeeperOptions, losses: Losses): BringUpOptions {
  return {
    ...rest,
    start: (name) => {
      // Of one that did not come up.
      losses.clear();
      return start(name, (reason) => losses.died(reason));
    },
  };
}

function later(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms).unref();
  return () => clearTimeout(timer);
}
