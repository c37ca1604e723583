import {
  downlinkQuality,
  type Quality,
  type Received,
  receivedOf,
  type Stat,
  SteadyQuality,
  uplinkQuality,
} from './quality.js';

const EVERY_MS = 2000;
/** Between looks that are further apart (a page in the background, a machine that slept) too much happened for one number. */
const TOO_LATE_MS = 3 * EVERY_MS;

/** Names the viewer among those of whom something is told. */
export const ONESELF = Symbol('oneself');
export type Whose = string | typeof ONESELF;

export interface QualityWatchOptions {
  /** What `getStats` tells of what is sent and received now; empty where nothing is. */
  stats(direction: 'send' | 'recv'): Promise<readonly Stat[]>;
  /** By participant, the streams that come from them; nobody from whom nothing is to come. */
  streams(): ReadonlyMap<string, ReadonlySet<number>>;
  /** @param quality null: nothing is known */
  onQuality(whose: Whose, quality: Quality | null): void;
}

/** Looks now and then how well media get through, one's own and everybody's; not while nobody looks at the page. */
export class QualityWatch {
  readonly #options: QualityWatchOptions;
  readonly #steady = new Map<Whose, SteadyQuality>();
  readonly #told = new Map<Whose, Quality | null>();
  readonly #timer: ReturnType<typeof setInterval>;
  #received = new Map<string, Received>();
  #lookedMs = -Infinity;
  #looking = false;
  #closed = false;

  constructor(options: QualityWatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#look(), EVERY_MS);
  }

  /** What was told last. */
  of(whose: Whose): Quality | null {
    return this.#told.get(whose) ?? null;
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#looking || document.hidden) return;
    this.#looking = true;
    const { stats, streams } = this.#options;
    // The seat may go meanwhile, and its connections with it.
    const [sent, got] = await Promise.all((['send', 'recv'] as const).map((way) => stats(way).catch(() => [])));
    this.#looking = false;
    if (this.#closed || !sent || !got) return;
    const nowMs = performance.now();
    const late = nowMs - this.#lookedMs > TOO_LATE_MS;
    this.#lookedMs = nowMs;
    const before = this.#received;
    this.#received = new Map([...streams()].map(([participant, ssrcs]) => [participant, receivedOf(got, ssrcs)]));
    this.#tell(ONESELF, uplinkQuality(sent));
    for (const [participant, now] of this.#received) {
      const earlier = before.get(participant);
      if (!earlier || !late) this.#tell(participant, earlier ? downlinkQuality(earlier, now) : null);
    }
    for (const whose of [...this.#told.keys()]) {
      if (whose === ONESELF || this.#received.has(whose)) continue;
      this.#tell(whose, null);
      this.#told.delete(whose);
      this.#steady.delete(whose);
    }
  }

  #tell(whose: Whose, measured: Quality | null): void {
    const steady = this.#steady.get(whose) ?? new SteadyQuality();
    this.#steady.set(whose, steady);
    const quality = steady.look(measured);
    if (this.#told.get(whose) === quality) return;
    this.#told.set(whose, quality);
    this.#options.onQuality(whose, quality);
  }
}
