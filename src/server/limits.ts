import type { Config } from '../config/schema.js';
import type { Meter } from '../common/metrics.js';
import { RateLimit } from './rate-limit.js';

/** Whom the limits count by: the digest of an access token, and an address (see client-address.ts). */
export interface Caller {
  token: string;
  address: string;
}

/** An address may stand for an office; a token is one person's, or one program's. */
const ADDRESS_FACTOR = 4;
/** As many sockets' full rate of messages a token, or an address, may use together. */
const BUSY_SOCKETS = { token: 4, address: 20 };
const MESSAGE_SECONDS = 10;
/** Replays of a token in a minute, in full journals. */
const JOURNALS_PER_MINUTE = 5;

/** The rates of everybody together, by address and by token. */
export class Limits {
  /** New TCP connections: each costs, with TLS about a millisecond. */
  readonly connections: RateLimit;
  /** HTTP requests and upgrades, weighed by what they cost. */
  readonly requests: RateLimit;
  /** Tokens of the open door. */
  readonly tokens: RateLimit;
  /** Messages of all sockets of a token, and of an address, in units of what one socket may send. */
  readonly #messages: { byToken: RateLimit; byAddress: RateLimit };
  readonly #joins: PairLimit;
  readonly #replays: PairLimit;

  constructor(config: Pick<Config, 'journalSize' | 'maxMessagesPerSecond'>, meter: Meter) {
    const messages = (sockets: number) =>
      new RateLimit({
        what: 'message',
        thing: 'messages',
        points: sockets * MESSAGE_SECONDS * config.maxMessagesPerSecond,
        seconds: MESSAGE_SECONDS,
        meter,
      });
    this.#messages = { byToken: messages(BUSY_SOCKETS.token), byAddress: messages(BUSY_SOCKETS.address) };
    this.connections = new RateLimit({ what: 'connection', thing: 'connections', points: 1000, seconds: 10, meter });
    this.requests = new RateLimit({ what: 'request', thing: 'requests', points: 1000, seconds: 10, meter });
    this.tokens = new RateLimit({ what: 'token', thing: 'tokens asked for', points: 60, seconds: 30, meter });
    this.#joins = pairLimit({ what: 'join', thing: 'joins', points: 60, seconds: 60, meter });
    this.#replays = pairLimit({
      what: 'replay',
      thing: 'past events asked for',
      points: JOURNALS_PER_MINUTE * Math.max(config.journalSize, 2000),
      seconds: 60,
      meter,
    });
  }

  /**
   * Counts a message.
   * @param weight as how many
   * @returns how long its token or address has used up what they may send together, ms; 0: they have not
   */
  async message({ token, address }: Caller, weight: number): Promise<number> {
    const { byToken, byAddress } = this.#messages;
    const waits = await Promise.all([byToken.tryTake(token, weight), byAddress.tryTake(address, weight)]);
    return Math.max(...waits);
  }

  /** @throws EmostreamError RATE_LIMITED */
  join(caller: Caller): Promise<void> {
    return this.#joins(caller, 1);
  }

  /** @param events how many the journal would give. @throws EmostreamError RATE_LIMITED */
  async replay(caller: Caller, events: number): Promise<void> {
    if (events > 0) await this.#replays(caller, events);
  }
}

type PairLimit = (caller: Caller, points: number) => Promise<void>;

/** A rate per token, and a larger one per address: tokens may be had in any number where the door is open. */
function pairLimit(options: ConstructorParameters<typeof RateLimit>[0]): PairLimit {
  const byToken = new RateLimit(options);
  const byAddress = new RateLimit({ ...options, points: options.points * ADDRESS_FACTOR });
  return async ({ token, address }, points) => {
    await byToken.take(token, points);
    await byAddress.take(address, points);
  };
}
