import type { Clock } from '../common/clock.js';
import { TokenBucket } from '../common/token-bucket.js';

export interface MessageGateOptions {
  /** Messages per second that one socket may send on average. */
  maxMessagesPerSecond: number;
  maxMessageBytes: number;
  clock: Clock;
}

export type Verdict = 'admit' | 'refuse' | 'close';

/** The rate is averaged over so many seconds: a burst of joining may be dense. */
const RATE_WINDOW_SECONDS = 10;
/** What a socket may send in any case while its token's or address's rate is used up by others. */
const FAIR_SHARE = { burst: 100, perSecond: 5 };
/** Refusals in a row before closing; one is forgiven every 10 s, so that going on at any rate above the limit ends. */
const PATIENCE = { burst: 20, perSecond: 0.1 };
/** Pings, and pongs that answer none of ours; some clients send one every second. */
const CONTROL = { burst: 60, perSecond: 2 };
/** Bytes beside those of messages at their full rate, and what a read costs beside its bytes. */
const BYTES_PER_MESSAGE = 2048;
const READ_COST = 512;
/** Of a client's frame: two bytes and a mask of four (RFC 6455 §5.2). */
const CONTROL_HEADER_BYTES = 6;
/** A message may take so long from its first read to its last, ms: what has come of it is held meanwhile. */
const MAX_MESSAGE_MS = 15_000;

/**
 * What one socket may send, on three levels: messages, control frames (which are no messages but are answered), and what is
 * read at all (a byte or a fragment at a time costs as much as a message).
 */
export class MessageGate {
  readonly #clock: Clock;
  readonly #maxWeight: number;
  readonly #messages: TokenBucket;
  readonly #share: TokenBucket;
  readonly #patience: TokenBucket;
  readonly #control: TokenBucket;
  readonly #intake: TokenBucket;
  /** Bytes read that have become no message or control frame yet; what comes in one read with the end of a message aside. */
  #unfinished = 0;
  #unfinishedSince = 0;

  constructor({ maxMessagesPerSecond, maxMessageBytes, clock }: MessageGateOptions) {
    const bucket = ({ burst, perSecond }: { burst: number; perSecond: number }) =>
      new TokenBucket(burst, perSecond, clock);
    this.#clock = clock;
    this.#maxWeight = Math.min(maxMessagesPerSecond * RATE_WINDOW_SECONDS, FAIR_SHARE.burst);
    this.#messages = new TokenBucket(maxMessagesPerSecond * RATE_WINDOW_SECONDS, maxMessagesPerSecond, clock);
    this.#share = bucket(FAIR_SHARE);
    this.#patience = bucket(PATIENCE);
    this.#control = bucket(CONTROL);
    const bytesPerSecond = maxMessagesPerSecond * BYTES_PER_MESSAGE;
    this.#intake = new TokenBucket(4 * maxMessageBytes + RATE_WINDOW_SECONDS * bytesPerSecond, bytesPerSecond, clock);
  }

  /**
   * A whole message came.
   * @param crowded others with the same token or address use up what these may send together
   * @param weight as how many messages it counts
   */
  message(crowded: boolean, weight = 1): Verdict {
    this.#unfinished = 0;
    // Whoever has waited for long may send anything.
    const points = Math.min(weight, this.#maxWeight);
    const [own, modest] = [this.#messages.take(points), this.#share.take(points)];
    if (own && (!crowded || modest)) return 'admit';
    return this.#patience.take() ? 'refuse' : 'close';
  }

  /**
   * A ping or a pong.
   * @param asked it answers a ping of ours
   * @returns false: close
   */
  control(bytes: number, asked: boolean): boolean {
    this.#unfinished = Math.max(0, this.#unfinished - bytes - CONTROL_HEADER_BYTES);
    return asked || this.#control.take();
  }

  /** A read from the socket, before what it brings. @returns false: close */
  read(bytes: number): boolean {
    if (this.#unfinished === 0) this.#unfinishedSince = this.#clock();
    this.#unfinished += bytes;
    return this.#intake.take(bytes + READ_COST);
  }

  /** Bytes came long ago that are no message yet. */
  get stuck(): boolean {
    return this.#unfinished > 0 && this.#clock() - this.#unfinishedSince > MAX_MESSAGE_MS;
  }
}
