import type { ConsumerMessages, JetStreamClient, JetStreamManager, JsMsg } from '@nats-io/jetstream';
import { EmostreamError, firstLine } from '../common/errors.js';
import { HEADER_NAMES, type Headers } from './event-message.js';
import type { NatsLink } from './nats-link.js';
import { ALL_EVENTS, roomSubjects } from './subjects.js';
import { keepStreams, type KeptStreams } from './kept-streams.js';

export const STREAM = 'EMOSTREAM_EVENTS';
/** An event that could not be sent for so long is given up, ms. */
export const MOST_WAIT_MS = 30_000;
const PUBLISH_TIMEOUT_MS = 2000;
const CONSUMER_LIFE_MS = 30_000;
const MS = 1e6;

export interface StreamOptions {
  /** How long an event is told after it was made, ms. */
  retentionMs: number;
  maxBytes: number;
  /** Most messages of a person in a room. */
  maxPerPerson: number;
  replicas: number;
}

export interface StreamMessage {
  seq: number;
  /** When it was stored, by the server's clock, ms. */
  storedMs: number;
  subject: string;
  headers: Partial<Record<keyof Headers, string>>;
  text: string;
  /** Whether it is of those that were there as reading began. */
  past: boolean;
}

/** Reading of a room's messages, from the first that is held or from after one. */
export interface Reading {
  /** The server's clock as it began, ms. */
  beganMs: number;
  /** The past is read. */
  caughtUp: Promise<void>;
  stop(): void;
}

/** The events of all nodes in NATS's JetStream: a stream with a subject for each person in each room. */
export class EventStream {
  readonly #js: JetStreamClient;
  readonly #manager: JetStreamManager;
  readonly #kept: KeptStreams;
  readonly #headers: () => import('@nats-io/transport-node').MsgHdrs;
  readonly #deliver: typeof import('@nats-io/jetstream').DeliverPolicy;

  private constructor(
    jetstream: typeof import('@nats-io/jetstream'),
    nats: typeof import('@nats-io/transport-node'),
    link: NatsLink,
    kept: KeptStreams,
    manager: JetStreamManager,
  ) {
    this.#js = jetstream.jetstream(link.connection, { timeout: PUBLISH_TIMEOUT_MS });
    this.#kept = kept;
    this.#manager = manager;
    this.#headers = () => nats.headers();
    this.#deliver = jetstream.DeliverPolicy;
  }

  /**
   * Makes the stream, or makes it as it is to be.
   * @throws EmostreamError NATS_UNAVAILABLE where there is no JetStream, or not as much room in it
   */
  static async open(link: NatsLink, options: StreamOptions): Promise<EventStream> {
    const [jetstream, nats] = await Promise.all([import('@nats-io/jetstream'), import('@nats-io/transport-node')]);
    // A forget stands in the stream for as long as any event from before it may be told: what waited to be sent comes later.
    const maxAge = (options.retentionMs + MOST_WAIT_MS) * MS;
    const config = {
      ...{ subjects: [ALL_EVENTS], retention: jetstream.RetentionPolicy.Limits, discard: jetstream.DiscardPolicy.Old },
      ...{ storage: jetstream.StorageType.File },
      ...{ max_age: maxAge, max_bytes: options.maxBytes, max_msgs_per_subject: options.maxPerPerson },
      duplicate_window: Math.min(maxAge, 2 * MOST_WAIT_MS * MS),
      ...{ deny_purge: false, allow_direct: true },
    };
    try {
      const kept = await keepStreams(link, [{ config: { name: STREAM, ...config }, replicas: options.replicas }]);
      return new EventStream(jetstream, nats, link, kept, await jetstream.jetstreamManager(link.connection));
    } catch (error) {
      const message = `NATS has no stream for events (${firstLine(error)}): JetStream must be on, with room for ${options.maxBytes} bytes (natsStreamBytes)`;
      throw new EmostreamError('NATS_UNAVAILABLE', message, { cause: error });
    }
  }

  /** Told each time that it was made anew: readings that were begun before are over. */
  onMade(listener: () => void): void {
    this.#kept.onMade(listener);
  }

  /** @returns its number in the stream @throws where it is not known to be stored */
  async publish(subject: string, id: string, headers: Headers, text: string): Promise<number> {
    const all = this.#headers();
    for (const [name, value] of Object.entries(headers)) all.set(name, value as string);
    try {
      const { seq } = await this.#js.publish(subject, text, { msgID: id, headers: all, timeout: PUBLISH_TIMEOUT_MS });
      return seq;
    } catch (error) {
      this.#kept.look();
      throw error;
    }
  }

  /** What stands before a number goes, of one subject. */
  async purge(subject: string, before: number): Promise<void> {
    await this.#manager.streams.purge(STREAM, { filter: subject, seq: before });
  }

  /** @param after the last number that was read before, or undefined */
  async read(room: string, after: number | undefined, take: (message: StreamMessage) => void): Promise<Reading> {
    const consumer = await this.#js.consumers.get(STREAM, {
      filter_subjects: roomSubjects(room),
      inactive_threshold: CONSUMER_LIFE_MS,
      ...(after === undefined
        ? { deliver_policy: this.#deliver.All }
        : { deliver_policy: this.#deliver.StartSequence, opt_start_seq: after + 1 }),
    });
    const info = await consumer.info();
    let past = info.num_pending;
    let tell = (): void => undefined;
    const caughtUp = new Promise<void>((resolve) => (tell = resolve));
    if (past === 0) tell();
    const messages: ConsumerMessages = await consumer.consume({
      max_messages: 500,
      callback: (message) => {
        take(streamMessage(message, past > 0));
        if (past > 0 && (--past === 0 || message.info.pending === 0)) {
          past = 0;
          tell();
        }
      },
    });
    return {
      beganMs: Date.parse(info.ts ?? info.created),
      caughtUp,
      stop: () => {
        messages.close().catch(() => undefined);
      },
    };
  }
}

function streamMessage(message: JsMsg, past: boolean): StreamMessage {
  const headers: StreamMessage['headers'] = {};
  for (const name of HEADER_NAMES) {
    const value = message.headers?.get(name);
    if (value) headers[name] = value as Headers['forget'] & string;
  }
  const storedMs = Number(message.timestampNanos / 1_000_000n);
  return { seq: message.seq, storedMs, subject: message.subject, headers, text: message.string(), past };
}
