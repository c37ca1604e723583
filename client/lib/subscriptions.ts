import type { Notification, RequestData } from '../../src/server/protocol.js';
import type { Unknown } from './read-message.js';
import { type Missed, type ResumePoint, SequenceTracker } from './sequence.js';

/**
 * What is subscribed to. `room`: for a token that is good for every room. `sinceSeq` and `epoch`: resume after this event, as far as
 * the server still holds what follows. `participants`, `types`, `every`: only what is about these people, only events of these types,
 * only every so manieth second.
 */
export type SubscribeOptions = RequestData<'subscribe'>;

/** One room of a client: where it stands, and what is asked for when the connection is made anew. */
export class Subscription {
  /** As the server named it; undefined before it first answered. */
  room: string | undefined;
  readonly #tracker: SequenceTracker;
  readonly #wanted: Omit<SubscribeOptions, 'sinceSeq' | 'epoch'>;

  constructor({ sinceSeq, epoch, ...wanted }: SubscribeOptions) {
    this.#wanted = wanted;
    const { participants, types, every, record } = wanted;
    const narrowed = participants !== undefined || types !== undefined || (every ?? 1) !== 1 || record === true;
    this.#tracker = new SequenceTracker(sinceSeq === undefined ? undefined : { sinceSeq, epoch }, narrowed);
  }

  get place(): ResumePoint | undefined {
    return this.#tracker.place;
  }

  /** The request that begins it, or resumes it. */
  request(): SubscribeOptions {
    return { ...this.#wanted, ...this.#tracker.place };
  }

  answered(asked: SubscribeOptions, answer: { room: string; epoch: string; lastSeq: number }): void {
    this.room = answer.room;
    const { sinceSeq, epoch } = asked;
    this.#tracker.subscribed(sinceSeq === undefined ? undefined : { sinceSeq, epoch }, answer);
  }

  event(epoch: string, seq: number): { duplicate: boolean; missed: Missed | null } {
    return this.#tracker.event(epoch, seq);
  }

  missed(run: Missed): Missed | null {
    return this.#tracker.missed(run);
  }

  reached(epoch: string, seq: number): Missed | null {
    return this.#tracker.reached(epoch, seq);
  }
}

type Place = NonNullable<Unknown['place']>;

/** The rooms that a client is subscribed to: one subscription a room. */
export class Subscriptions {
  #all: Subscription[] = [];

  get all(): readonly Subscription[] {
    return this.#all;
  }

  of(room: string): Subscription | undefined {
    return this.#all.find((subscription) => subscription.room === room);
  }

  /** Was answered for the first time: takes the place of one of the same room. */
  add(subscription: Subscription): void {
    this.#all = [...this.#all.filter(({ room }) => room !== subscription.room), subscription];
  }

  /**
   * An event, or a message of a later version that has an event's place.
   * @returns undefined: of a room that is not subscribed to
   */
  event({ room, epoch, seq }: Place): { duplicate: boolean; missed: Missed | null } | undefined {
    const told = this.of(room)?.event(epoch, seq);
    return told && { ...told, missed: told.missed && { room, ...told.missed } };
  }

  /** The events that will never come, as the server tells. */
  missedBy(notification: Notification): Missed[] {
    if (notification.type === 'beat') {
      return notification.rooms.flatMap(({ room, epoch, seq }) => {
        const missed = this.of(room)?.reached(epoch, seq);
        return missed ? [{ room, ...missed }] : [];
      });
    }
    if (notification.type !== 'missed') return [];
    const { room, epoch, fromSeq, toSeq, reason } = notification;
    const missed = this.of(room)?.missed({ epoch, fromSeq, toSeq, reason });
    return missed ? [{ room, ...missed }] : [];
  }

  /** @param room all of them if not given */
  delete(room?: string): void {
    this.#all = room === undefined ? [] : this.#all.filter((subscription) => subscription.room !== room);
  }
}
