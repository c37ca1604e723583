import type { RoomEvent } from '../../src/events/schema.js';
import { EmostreamClient } from './client.js';
import type { ClientOptions, ClientStatus } from './client-types.js';
import { Emitter } from './emitter.js';
import type { FeedEvents } from './feed-events.js';
import { type FeedItem, readFeed } from './feed-items.js';
import type { ResumePoint } from './sequence.js';
import type { SubscribeOptions } from './subscriptions.js';

/** Of a feed: also what it is narrowed to. */
export type FeedOptions = ClientOptions & Pick<SubscribeOptions, 'participants' | 'types' | 'every'>;

/** The subscription alone, for programs that only listen: the events of one room, kept up over lost connections. */
export class EmotionFeed extends Emitter<FeedEvents> {
  readonly #client: EmostreamClient;

  readonly #narrowing: Pick<SubscribeOptions, 'participants' | 'types' | 'every'>;

  constructor({ participants, types, every, ...options }: FeedOptions) {
    super();
    this.#narrowing = {
      ...(participants && { participants }),
      ...(types && { types }),
      ...(every !== undefined && { every }),
    };
    this.#client = new EmostreamClient(options);
    this.#client.on('unknown', (message) => this.emit('unknown', message));
    this.#client.on('status', (status) => this.emit('status', status));
    this.#client.on('missed', (missed) => this.emit('missed', missed));
    this.#client.on('invalid', (error) => this.emit('invalid', error));
    this.#client.on('event', (event) => this.#deliver(event));
    this.#client.on('notification', (notification) => {
      if (notification.type === 'words') this.emit('words', notification);
      else if (notification.type === 'wordsWithdrawn') this.emit('wordsWithdrawn', notification);
      else if (notification.type === 'beat') this.emit('beat', notification);
    });
  }

  get status(): ClientStatus {
    return this.#client.status;
  }

  /** The newest event heard and its numbering: what another feed can be started from. */
  get place(): ResumePoint | undefined {
    return this.#client.place();
  }

  /**
   * @param from resume after this event, as far as the server still holds what follows
   * @returns the room, its numbering and its newest sequence number
   * @throws ClientError when the server cannot be reached or refuses
   */
  async start(from?: ResumePoint): Promise<{ room: string; epoch: string; lastSeq: number }> {
    await this.#client.connect();
    try {
      return await this.#client.subscribe({ ...this.#narrowing, ...from });
    } catch (error) {
      this.#client.close();
      throw error;
    }
  }

  close(): void {
    this.#client.close();
  }

  /**
   * `for await (const item of feed)`: starts it, and closes it when the loop ends. What will not come is an item of the type `missed`.
   * @throws ClientError, out of the loop, when the feed cannot be started or ends for good
   */
  [Symbol.asyncIterator](): AsyncGenerator<FeedItem, void, undefined> {
    return readFeed(this);
  }

  #deliver(event: RoomEvent): void {
    this.emit('event', event);
    switch (event.type) {
      case 'media':
        return this.emit('media', event);
      case 'emotion':
        return this.emit('emotion', event);
      case 'gap':
        return this.emit('gap', event);
      case 'begin':
        return this.emit('begin', event);
      case 'end':
        return this.emit('end', event);
    }
  }
}
