import type { Clock } from '../common/clock.js';
import { NO_CONSENT } from '../common/consent.js';
import { EmostreamError } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import type { EventBus, UnsequencedEvent } from '../events/bus.js';
import type { RoomEvent } from '../events/schema.js';
import type { ResultOf } from './protocol.js';

export interface ReplaysDeps {
  bus: EventBus;
  clock: Clock;
  meter: Meter;
  /** Whether people are in a room. */
  isLive: (room: string) => boolean;
}

/** `live`: people came; `closed`: whoever replays ended it, or is gone. */
export type ReplayEnd = 'live' | 'closed';

/** People in a replay; more are left out. */
const MOST_PEOPLE = 64;
const MOST_ID = 64;
const PREFIX = 'replay.';

interface Replayed {
  id: string;
  /** Told of as being analysed. */
  begun: boolean;
}

/** Recorded events that come once more, in a room without live people. */
export class Replay {
  readonly #deps: ReplaysDeps;
  readonly #room: string;
  readonly #onEnd: (reason: ReplayEnd) => void;
  /** By the recorded id. */
  readonly #people = new Map<string, Replayed>();
  #ended = false;

  constructor(room: string, deps: ReplaysDeps, onEnd: (reason: ReplayEnd) => void) {
    this.#room = room;
    this.#deps = deps;
    this.#onEnd = onEnd;
  }

  /** As a subscriber is told who is there. Nobody consents to anything: nothing is analysed. */
  get roster(): ResultOf<'roster'>['participants'] {
    return [...this.#people.values()].map(({ id }) => {
      return { participant: id, name: null, consent: NO_CONSENT, replayed: true };
    });
  }

  /**
   * Publishes recorded events under the room's own numbering and ids of their own. `media` events are left out: they are of a call.
   * @returns how many were published
   * @throws EmostreamError CLOSED where it is over
   */
  publish(events: readonly RoomEvent[]): number {
    let published = 0;
    for (const event of events) {
      if (this.#ended) throw new EmostreamError('CLOSED', 'the replay is over');
      if (event.type !== 'media' && this.#publish(event)) published += 1;
    }
    return published;
  }

  end(reason: ReplayEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const person of this.#people.values()) this.#end(person);
    this.#onEnd(reason);
  }

  #publish(event: Exclude<RoomEvent, { type: 'media' }>): boolean {
    const person = this.#person(event.participant);
    if (!person) return false;
    if (event.type === 'end') {
      if (person.begun) this.#tell({ ...told(event), participant: person.id });
      person.begun = false;
      return true;
    }
    if (event.type !== 'begin' && !person.begun) this.#begin(person, event);
    if (event.type === 'begin') person.begun = true;
    this.#tell({ ...told(event), participant: person.id });
    return true;
  }

  /** It was recorded from the middle on. */
  #begin(person: Replayed, event: Exclude<RoomEvent, { type: 'media' }>): void {
    person.begun = true;
    const of = (modality: 'face' | 'voice' | 'words') => event.type === 'emotion' && event[modality].state !== 'off';
    const analysed = { face: of('face'), voice: of('voice'), words: of('words') };
    const at = 'window' in event ? event.window.start : event.at;
    this.#tell({ type: 'begin', room: this.#room, participant: person.id, at, analysed });
  }

  #end(person: Replayed): void {
    const { bus, clock } = this.#deps;
    if (person.begun) {
      const { id: participant } = person;
      this.#tell({ type: 'end', room: this.#room, participant, at: clock(), reason: 'replay-ended' });
    }
    bus.leave({ room: this.#room, participant: person.id }, false);
  }

  #person(recorded: string): Replayed | undefined {
    const known = this.#people.get(recorded);
    if (known || this.#people.size === MOST_PEOPLE) return known;
    // A replay of a replay keeps its names.
    const plain = recorded.startsWith(PREFIX) ? recorded : `${PREFIX}${recorded}`.slice(0, MOST_ID);
    const taken = new Set([...this.#people.values()].map(({ id }) => id));
    const id = taken.has(plain) ? `${PREFIX}${this.#people.size + 1}` : plain;
    const person = { id, begun: false };
    this.#people.set(recorded, person);
    this.#deps.bus.enter({ room: this.#room, participant: id });
    return person;
  }

  #tell(event: Exclude<UnsequencedEvent, { type: 'media' }>): void {
    const { bus, meter } = this.#deps;
    meter.count('emostream_replayed_events_total', { type: event.type });
    bus.publish({ ...event, room: this.#room, source: 'replay' } as UnsequencedEvent);
  }
}

/** Nobody is named but in a room in which they are. */
function told(event: Exclude<RoomEvent, { type: 'media' }>): Exclude<UnsequencedEvent, { type: 'media' }> {
  const { epoch, seq, ...rest } = event;
  void [epoch, seq];
  if (rest.type !== 'begin') return rest;
  const { name, ...unnamed } = rest;
  void name;
  return unnamed;
}

/** What one socket replays, by room. */
export class OwnReplays extends Map<string, Replay> {
  endAll(): void {
    for (const replay of [...this.values()]) replay.end('closed');
  }
}

/** What is replayed at the moment: one replay a room at a time, and none where people are. */
export class Replays {
  readonly #deps: ReplaysDeps;
  readonly #running = new Map<string, Replay>();

  constructor(deps: ReplaysDeps) {
    this.#deps = deps;
  }

  /**
   * @param onEnd told once, also when it is ended by whoever began it
   * @throws EmostreamError ROOM_IN_USE where people are in the room, WRONG_STATE where something is replayed in it already
   */
  begin(room: string, onEnd: (reason: ReplayEnd) => void): Replay {
    if (this.#deps.isLive(room)) {
      throw new EmostreamError(
        'ROOM_IN_USE',
        'people are in this room: recordings are replayed into a room of their own',
      );
    }
    if (this.#running.has(room)) {
      throw new EmostreamError(
        'WRONG_STATE',
        'something is replayed in this room already: one replay a room at a time',
      );
    }
    const replay: Replay = new Replay(room, this.#deps, (reason) => {
      if (this.#running.get(room) === replay) this.#running.delete(room);
      onEnd(reason);
    });
    this.#running.set(room, replay);
    return replay;
  }

  roster(room: string): ResultOf<'roster'>['participants'] {
    return this.#running.get(room)?.roster ?? [];
  }

  /** Somebody comes: what is replayed ends before they are told of. */
  liveComes(room: string): void {
    this.#running.get(room)?.end('live');
  }
}
