import type { Beat, Words } from '../../src/server/protocol.js';
import type { BeginEvent, EmotionEvent, EndEvent, GapEvent, MediaEvent, RoomEvent } from '../../src/events/schema.js';
import { type ClientOptions, type ClientStatus, EmostreamClient } from './client.js';
import { Emitter } from './emitter.js';
import type { ClientError } from './errors.js';
import type { Unknown } from './read-message.js';
import type { Missed, ResumePoint } from './sequence.js';
import type { SubscribeOptions } from './subscriptions.js';

export interface FeedEvents {
  /** Every event, in order; the five below are the same ones by type. */
  event: RoomEvent;
  emotion: EmotionEvent;
  gap: GapEvent;
  begin: BeginEvent;
  end: EndEvent;
  media: MediaEvent;
  /** Events that will never come. */
  missed: Missed;
  /** What somebody says who shows their words; only where the token grants `transcript`. Told once, and never again. */
  words: Words;
  /** The words of this participant are to be forgotten. */
  wordsWithdrawn: { participant: string };
  /** The connection stands: told in silence. */
  beat: Beat;
  status: ClientStatus;
  /** The server sent a type of message that this client does not know (a later version?); it was ignored. */
  unknown: Unknown;
  invalid: ClientError;
}

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
