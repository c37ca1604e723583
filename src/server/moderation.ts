import type { Clock } from '../common/clock.js';
import { EmostreamError } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import type { Identity } from './tokens.js';

/** A person in a room, as far as they can be known again: by their id, and by the access tokens that they showed. */
export interface Moderated {
  room: string;
  participant: string;
  /** Digests. */
  tokens: readonly string[];
}

interface Entry {
  who: Moderated;
  kind: 'removed' | 'stopped';
  untilMs: number;
}

export interface ModerationOptions {
  clock: Clock;
  meter: Meter;
  /** How long somebody who was removed cannot come back, ms. */
  removalMs: number;
}

/** How long it is remembered that somebody's analysis was stopped, unless it is allowed again before, ms. */
const STOPPED_MS = 86_400_000;
/** What is remembered of all rooms together; past it the oldest is forgotten. */
const MAX_ENTRIES = 10_000;

/** What moderators have decided: who may not come back for a while, and whose analysis may not begin again. */
export class Moderation {
  readonly #options: ModerationOptions;
  readonly #entries = new Set<Entry>();

  constructor(options: ModerationOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** @returns until when they cannot come back, ms since the epoch */
  remove(who: Moderated): number {
    const untilMs = this.#options.clock() + this.#options.removalMs;
    this.#add({ who, kind: 'removed', untilMs });
    return untilMs;
  }

  stopAnalysis(who: Moderated): void {
    this.#add({ who, kind: 'stopped', untilMs: this.#options.clock() + STOPPED_MS });
  }

  allowAnalysis(room: string, participant: string): void {
    for (const entry of this.#entries) {
      const same = entry.who.room === room && entry.who.participant === participant;
      if (same && entry.kind === 'stopped') this.#entries.delete(entry);
    }
  }

  isStopped(who: Moderated): boolean {
    return this.#find('stopped', who) !== undefined;
  }

  /** @throws EmostreamError FORBIDDEN where a moderator has removed them from the room, and the time is not over */
  assertNotRemoved(room: string, { digest, subject }: Pick<Identity, 'digest' | 'subject'>): void {
    this.assertMaySit({ room, participant: subject, tokens: [digest] });
  }

  /** @throws EmostreamError as `assertNotRemoved`, of whoever is about to take a seat */
  assertMaySit(who: Omit<Moderated, 'participant'> & { participant: string | undefined }): void {
    const entry = this.#find('removed', who);
    if (!entry) return;
    const when = new Date(entry.untilMs).toISOString();
    throw new EmostreamError('FORBIDDEN', `a moderator removed you from this call; you may come back after ${when}`);
  }

  #find(kind: Entry['kind'], who: Omit<Moderated, 'participant'> & { participant: string | undefined }) {
    const now = this.#options.clock();
    for (const entry of this.#entries) {
      if (entry.kind !== kind || entry.untilMs <= now || entry.who.room !== who.room) continue;
      if (entry.who.participant === who.participant) return entry;
      if (entry.who.tokens.some((token) => who.tokens.includes(token))) return entry;
    }
    return undefined;
  }

  #add(entry: Entry): void {
    const { clock, meter } = this.#options;
    for (const old of this.#entries) if (old.untilMs <= clock()) this.#entries.delete(old);
    this.#entries.add(entry);
    if (this.#entries.size <= MAX_ENTRIES) return;
    const [oldest] = this.#entries;
    if (oldest) this.#entries.delete(oldest);
    meter.count('emostream_dropped_total', { stage: 'moderation', reason: 'overflow' });
  }
}
