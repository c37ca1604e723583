import { EmostreamError } from '../common/errors.js';
import type { Refusal } from '../common/metrics.js';
import type { Caller } from './limits.js';
import type { Services } from './services.js';
import { TokenBucket } from '../common/token-bucket.js';

/** Consent given: so often at once, and so often a second after. Each begins analysis and tells everybody. */
const GRANTS = { burst: 10, perSecond: 0.5 };
/** Tracks begun or resumed: so often at once, and so often a second after. Everybody in the call is told of each. */
const TRACKS = { burst: 20, perSecond: 1 };
/** Revisions that captions may cause. */
const REVISIONS = { burst: 20, perSecond: 5 };
/** Events replayed: as many as 200 people have in a second, or three people at 60 times their pace. */
const REPLAYED = { burst: 400, perSecond: 200 };
const CHARACTERS_PER_REVISION = 200;
/** Longer ago than this, in seconds, words revise little; a longer caption costs no more, or it could never be sent. */
const MAX_SPAN = 10;

/** Counts what the requests of one session cost others. */
export class SessionCosts {
  readonly #caller: Caller;
  readonly #services: Pick<Services, 'limits' | 'meter' | 'clock'>;
  readonly #grants: TokenBucket;
  readonly #tracks: TokenBucket;
  readonly #revisions: TokenBucket;
  readonly #replayed: TokenBucket;
  #crowdedUntilMs = 0;

  constructor(caller: Caller, services: Pick<Services, 'limits' | 'meter' | 'clock'>) {
    this.#caller = caller;
    this.#services = services;
    this.#grants = new TokenBucket(GRANTS.burst, GRANTS.perSecond, services.clock);
    this.#tracks = new TokenBucket(TRACKS.burst, TRACKS.perSecond, services.clock);
    this.#replayed = new TokenBucket(REPLAYED.burst, REPLAYED.perSecond, services.clock);
    this.#revisions = new TokenBucket(REVISIONS.burst, REVISIONS.perSecond, services.clock);
  }

  /** Counts a message. @param weight as how many. @returns those with the same token or address use up what they may send together */
  message(weight: number): boolean {
    const { limits, clock } = this.#services;
    limits.message(this.#caller, weight).then(
      (waitMs) => {
        if (waitMs > 0) this.#crowdedUntilMs = clock() + waitMs;
      },
      // The memory of rates cannot fail; if it did, everybody would have room.
      () => undefined,
    );
    return clock() < this.#crowdedUntilMs;
  }

  /** To be asked before consent is given. @throws EmostreamError RATE_LIMITED */
  grant(): void {
    if (this.#grants.take()) return;
    const seconds = GRANTS.burst / GRANTS.perSecond;
    this.#refuse(
      'consent',
      `consent may be given ${GRANTS.burst} times in ${seconds} s: try again in a few seconds; what was taken away is off`,
    );
  }

  /** To be asked before a track begins or goes on; ending and muting it is free. @throws EmostreamError RATE_LIMITED */
  track(): void {
    if (this.#tracks.take()) return;
    this.#refuse('producer', 'tracks may begin or be resumed once a second: try again in a moment');
  }

  /** To be asked before words are analysed. @throws EmostreamError RATE_LIMITED */
  caption({ text, startMs, endMs }: { text: string; startMs: number; endMs: number }): void {
    // Words revise each second that they span, and cost the network by their number.
    const span = Math.max(0, Math.min(MAX_SPAN, Math.floor((endMs - startMs) / 1000)));
    if (this.#revisions.take(Math.ceil(text.length / CHARACTERS_PER_REVISION) + span)) return;
    this.#refuse(
      'caption',
      `captions may revise ${REVISIONS.perSecond} seconds of a person per second: send fewer or shorter ones`,
    );
  }

  /** To be asked before recorded events are published. @throws EmostreamError RATE_LIMITED */
  replayed(events: number): void {
    if (this.#replayed.take(events)) return;
    this.#refuse('event', `${REPLAYED.perSecond} events a second may be replayed: try again in a moment`);
  }

  #refuse(what: Refusal, message: string): never {
    this.#services.meter.count('emostream_refused_total', { what });
    throw new EmostreamError('RATE_LIMITED', message);
  }
}
