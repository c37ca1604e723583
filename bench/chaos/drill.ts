import { setTimeout as delay } from 'node:timers/promises';
import type { ServedCall } from '../support/served-call.js';
import { wallClock } from '../support/shared-timer.js';
import {
  longestSilence,
  lostNumbers,
  type PersonSeconds,
  type Span,
  sumSeconds,
  toldSeconds,
} from '../support/told-seconds.js';

export type Metrics = ReadonlyMap<string, number>;

/** What a drill found: of all people together. */
export interface Found extends PersonSeconds {
  /** Longest time of one person without a judged window, s. */
  longest: number;
  numbersLost: number;
  numbersRepeated: number;
  /** What subscribers and people were told, and how often. */
  told: Record<string, number>;
  /** Counters of the product that went up, of what is lost or replaced. */
  counted: Record<string, number>;
}

/** Events of a window come within this after its end, also on a busy machine. */
const LATEST_MS = 6000;
const COUNTERS =
  /^emostream_(dropped|rtp_lost|gap_seconds|worker_restarts|key_frame_requests|media_clock_steps|log_lines_lost|errors|uncaught|set_asides|refused)/;

/** Looks at a call from one moment to another: what came, what did not, what was told of it, what was counted. */
export class Drill {
  /** A little before, for what strikes at once takes windows that had begun. */
  readonly fromMs = Math.floor(wallClock() / 1000 - 2) * 1000;
  readonly #missedBefore = new Map<string, number>();
  readonly #returnsBefore: number;

  private constructor(
    readonly call: ServedCall,
    readonly before: Metrics,
  ) {
    for (const [room, { missed }] of call.watchers) this.#missedBefore.set(room, missed.length);
    this.#returnsBefore = returns(call);
  }

  static async begin(call: ServedCall): Promise<Drill> {
    return new Drill(call, await call.metrics());
  }

  /** Of every person, from the beginning until now. */
  async end(): Promise<Found> {
    const toMs = Math.floor(wallClock() / 1000) * 1000;
    await delay(LATEST_MS);
    const counted = risen(this.before, await this.call.metrics());
    const span: Span = { fromMs: this.fromMs, toMs };
    const all = this.call.people.map(({ name, room }) => {
      const watcher = this.call.watchers.get(room);
      return toldSeconds(watcher?.events ?? [], name, span, watcher?.breaks);
    });
    const watchers = [...this.call.watchers.values()];
    const numbers = watchers.map(({ events, missed }) => lostNumbers(events, missed));
    return {
      ...sumSeconds(all),
      longest: Math.max(
        0,
        ...this.call.people.map(({ name, room }) =>
          longestSilence(this.call.watchers.get(room)?.events ?? [], name, span),
        ),
      ),
      numbersLost: numbers.reduce((total, { lost }) => total + lost, 0),
      numbersRepeated: numbers.reduce((total, { repeated }) => total + repeated, 0),
      told: this.#told(span),
      counted,
    };
  }

  /**
   * Waits until something is so and then everybody has had some whole seconds.
   * @returns whether it came to that
   */
  async recovered(noticed: () => Promise<boolean> | boolean, patienceMs: number): Promise<boolean> {
    const until = wallClock() + patienceMs;
    let noticedMs: number | undefined;
    while (wallClock() < until) {
      if (noticedMs === undefined) {
        if (await Promise.resolve(noticed()).catch(() => false)) noticedMs = wallClock();
      } else if (this.call.people.every((person) => this.call.isWhole(person, noticedMs!))) return true;
      await delay(250);
    }
    return false;
  }

  #told({ fromMs, toMs }: Span): Record<string, number> {
    const told: Record<string, number> = {};
    const add = (what: string, by = 1) => {
      if (by > 0) told[what] = (told[what] ?? 0) + by;
    };
    for (const [room, { events, missed, breaks }] of this.call.watchers) {
      for (const event of events) {
        if (event.type === 'gap' && event.window.start >= fromMs && event.window.start < toMs)
          add(`gap: ${event.reason}`);
        const at = 'at' in event ? event.at : 0;
        if (at < fromMs || at >= toMs + LATEST_MS) continue;
        if (event.type === 'end') add(`end: ${event.reason}`);
        if (event.type === 'media') add(`media: ${event.problem ?? 'well again'}`);
      }
      for (const { reason } of missed.slice(this.#missedBefore.get(room))) add(`missed: ${reason}`);
      add('sockets closed', breaks.filter((at) => at >= fromMs).length);
    }
    add('came back by themselves', returns(this.call) - this.#returnsBefore);
    return told;
  }
}

/** Counters of what is lost or replaced that are larger than before; those of another process begin anew. */
function risen(before: Metrics, after: Metrics): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const [name, value] of after) {
    if (!COUNTERS.test(name)) continue;
    const then = before.get(name) ?? 0;
    const by = value >= then ? value - then : value;
    if (by > 0) counted[name.replace('emostream_', '')] = by;
  }
  return counted;
}

const returns = (call: ServedCall): number => call.people.reduce((total, person) => total + person.returns, 0);
