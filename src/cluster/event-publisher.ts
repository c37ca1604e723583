import type { Meter } from '../common/metrics.js';
import { scheduleTimeout } from '../common/schedule.js';
import type { EventRecord } from '../events/event-record.js';
import type { Forgotten, InProcessBus } from '../events/in-process-bus.js';
import { eventHeaders, forgetHeaders, type Headers, lostHeaders } from './event-message.js';
import { MOST_WAIT_MS } from './event-stream.js';
import { type Outgoing, outgoingOf } from './outgoing.js';
import { personSubject, roomSubject, token } from './subjects.js';

export interface PublisherDeps {
  /** Its journals are what waits to be sent: bounded as they are, and without what was forgotten meanwhile. */
  bus: Pick<InProcessBus, 'cursor' | 'ownOrder'>;
  stream: {
    publish(subject: string, id: string, headers: Headers, text: string): Promise<number>;
    purge(subject: string, before: number): Promise<void>;
  };
  connected: () => boolean;
  meter: Meter;
  /** Never goes back, ms. */
  now: () => number;
}

/** Messages on their way of which it is not known yet that they are stored: of all rooms, and of one. */
const MOST_IN_FLIGHT = 512;
const MOST_IN_FLIGHT_PER_ROOM = 128;
/** People whose forgetting waits to be sent, or to be done; past it the oldest is left to the stream's retention. */
const MOST_FORGETS = 10_000;
const RETRY_MS = 250;

/**
 * Sends this node's events to the stream, each room's in order, beside the call and never in its way: what waits is read from the
 * room's own journal. What the journal has no more, or what waited too long, is told as lost.
 */
export class EventPublisher {
  readonly #deps: PublisherDeps;
  readonly #rooms = new Map<string, Outgoing>();
  readonly #madeMs = new WeakMap<EventRecord, number>();
  readonly #purges = new Map<string, number>();
  #inFlight = 0;
  #resting = false;
  #closed = false;

  constructor(deps: PublisherDeps) {
    this.#deps = deps;
  }

  /** This process has numbered an event. */
  published(room: string, record: EventRecord): void {
    this.#madeMs.set(record, this.#deps.now());
    const { epoch, seq } = record;
    const outgoing = this.#rooms.get(room) ?? this.#track(room, { epoch, seq: seq - 1 });
    this.#pump(outgoing);
  }

  /** It has forgotten somebody. */
  forgotten(forgotten: Forgotten): void {
    const { room, participant, epoch, floor } = forgotten;
    const outgoing = this.#rooms.get(room) ?? this.#track(room, { epoch, seq: floor.seq });
    // What was read of the journal before it forgot goes.
    outgoing.next = undefined;
    outgoing.cursor = this.#deps.bus.cursor(room, { epoch: outgoing.sent.epoch, sinceSeq: outgoing.sent.seq });
    outgoing.forgets.set(participant, forgotten);
    this.#boundForgets();
    this.#pump(outgoing);
  }

  /** NATS is not reached: what was on its way may have come or not, and is sent again, before what comes after it. */
  cutOff(): void {
    for (const outgoing of this.#rooms.values()) {
      const [first] = outgoing.flying;
      if (first) this.#fail(outgoing, first);
    }
  }

  /** NATS is reached again, or it is time to look after what waits. */
  resume(): void {
    this.#resting = false;
    for (const outgoing of [...this.#rooms.values()]) this.#pump(outgoing);
    for (const [subject, before] of [...this.#purges]) this.#purge(subject, before);
  }

  report(): void {
    let pending = 0;
    for (const { room, cursor, inFlight, next, failed } of this.#rooms.values()) {
      // What failed waits with all that came after it.
      const again = failed && this.#deps.bus.cursor(room, { epoch: failed.epoch, sinceSeq: failed.seq - 1 });
      pending += again ? again.left : inFlight + (cursor?.left ?? 0) + (next ? 1 : 0);
    }
    this.#deps.meter.set('emostream_nats_pending_events', pending);
  }

  /** Resolves when all is sent; what cannot be is not waited for. */
  async drained(): Promise<void> {
    while (this.#rooms.size > 0 && this.#deps.connected()) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  close(): void {
    this.#closed = true;
  }

  #track(room: string, sent: { epoch: string; seq: number }): Outgoing {
    const outgoing = outgoingOf(room, sent, this.#deps.bus);
    this.#rooms.set(room, outgoing);
    return outgoing;
  }

  #pump(outgoing: Outgoing): void {
    if (this.#closed || this.#resting || !this.#deps.connected()) return;
    this.#sendForgets(outgoing);
    for (;;) {
      if (outgoing.failed) {
        if (outgoing.inFlight > 0) return;
        this.#rewind(outgoing, outgoing.failed);
      }
      if (outgoing.inFlight >= MOST_IN_FLIGHT_PER_ROOM || this.#inFlight >= MOST_IN_FLIGHT) return;
      const item = (outgoing.next ??= outgoing.cursor?.next());
      if (!item) break;
      // The forgetting comes first, or it would take what came after it as well.
      if ('event' in item && outgoing.forgets.has(item.event.participant)) return;
      outgoing.next = undefined;
      if ('event' in item) this.#sendEvent(outgoing, item.event);
      else if (item.missed.reason === 'expired' && item.missed.toSeq !== null) {
        this.#lose(outgoing, item.missed.epoch, item.missed.fromSeq, item.missed.toSeq);
      }
    }
    this.#sendLost(outgoing);
    if (outgoing.inFlight === 0 && outgoing.forgets.size === 0 && !outgoing.failed && !outgoing.lost) {
      this.#rooms.delete(outgoing.room);
    }
  }

  #sendEvent(outgoing: Outgoing, record: EventRecord): void {
    const { room } = outgoing;
    const { epoch, seq, participant, text } = record;
    const order = this.#deps.bus.ownOrder(room, epoch);
    // Another node's, that this one reads.
    if (!order) return;
    const ageMs = this.#deps.now() - (this.#madeMs.get(record) ?? 0);
    if (ageMs > MOST_WAIT_MS) return this.#lose(outgoing, epoch, seq, seq);
    this.#sendLost(outgoing);
    const after = outgoing.sent.epoch === epoch ? outgoing.sent.seq : 0;
    const again = outgoing.sent.epoch === epoch && seq <= outgoing.highest;
    outgoing.highest = again ? outgoing.highest : seq;
    outgoing.sent = { epoch, seq };
    if (again) this.#deps.meter.count('emostream_nats_events_total', { what: 'republished' });
    const headers = eventHeaders({ epoch, seq, order }, { after, ageMs });
    this.#send(outgoing, participant, { epoch, seq }, () =>
      this.#deps.stream.publish(personSubject(room, participant), `${epoch}.${seq}`, headers, text),
    );
  }

  #sendForgets(outgoing: Outgoing): void {
    const { room } = outgoing;
    for (const [participant, forgotten] of [...outgoing.forgets]) {
      if (outgoing.inFlightOf.has(participant)) continue;
      outgoing.forgets.delete(participant);
      const { epoch, floor, kept, stays } = forgotten;
      const subject = personSubject(room, participant);
      const id = `${epoch}.${floor.term}.${floor.born}.${floor.seq}.forget.${kept}.${token(participant)}`;
      const headers = forgetHeaders(epoch, floor, kept);
      this.#send(outgoing, participant, undefined, async () => {
        try {
          const text = stays?.epoch === epoch ? stays.text : '';
          this.#purge(subject, await this.#deps.stream.publish(subject, id, headers, text));
        } catch (error) {
          if (!outgoing.forgets.has(participant)) outgoing.forgets.set(participant, forgotten);
          throw error;
        }
      });
    }
  }

  #lose(outgoing: Outgoing, epoch: string, fromSeq: number, toSeq: number): void {
    const { lost } = outgoing;
    if (!this.#deps.bus.ownOrder(outgoing.room, epoch)) return;
    this.#deps.meter.count('emostream_nats_events_total', { what: 'lost' }, toSeq - fromSeq + 1);
    if (lost?.epoch === epoch && lost.toSeq + 1 === fromSeq) lost.toSeq = toSeq;
    else {
      this.#sendLost(outgoing);
      outgoing.lost = { epoch, fromSeq, toSeq };
    }
    outgoing.sent = { epoch, seq: toSeq };
  }

  #sendLost(outgoing: Outgoing): void {
    const { room, lost } = outgoing;
    if (!lost) return;
    outgoing.lost = undefined;
    const { epoch, fromSeq, toSeq } = lost;
    const order = this.#deps.bus.ownOrder(room, epoch);
    if (!order) return;
    const headers = lostHeaders(epoch, order, fromSeq, toSeq);
    this.#send(outgoing, '', undefined, async () => {
      try {
        await this.#deps.stream.publish(roomSubject(room), `${epoch}.lost.${fromSeq}.${toSeq}`, headers, '');
      } catch (error) {
        outgoing.lost ??= lost;
        throw error;
      }
    });
  }

  #send(
    outgoing: Outgoing,
    participant: string,
    event: { epoch: string; seq: number } | undefined,
    send: () => Promise<unknown>,
  ): void {
    const { inFlightOf } = outgoing;
    this.#inFlight += 1;
    outgoing.inFlight += 1;
    inFlightOf.set(participant, (inFlightOf.get(participant) ?? 0) + 1);
    if (event) outgoing.flying.add(event);
    send()
      .then(
        () => {
          if (event) this.#deps.meter.count('emostream_nats_events_total', { what: 'published' });
        },
        () => {
          if (event) this.#fail(outgoing, event);
          this.#rest();
        },
      )
      .finally(() => {
        this.#inFlight -= 1;
        outgoing.inFlight -= 1;
        if (event) outgoing.flying.delete(event);
        const left = (inFlightOf.get(participant) ?? 1) - 1;
        if (left > 0) inFlightOf.set(participant, left);
        else inFlightOf.delete(participant);
        this.#pump(outgoing);
      })
      .catch(() => undefined);
  }

  #fail(outgoing: Outgoing, event: { epoch: string; seq: number }): void {
    const { failed } = outgoing;
    if (!failed || (failed.epoch === event.epoch && event.seq < failed.seq)) outgoing.failed = event;
  }

  #rewind(outgoing: Outgoing, { epoch, seq }: { epoch: string; seq: number }): void {
    outgoing.failed = undefined;
    outgoing.next = undefined;
    outgoing.sent = { epoch, seq: seq - 1 };
    outgoing.cursor = this.#deps.bus.cursor(outgoing.room, { epoch, sinceSeq: seq - 1 });
  }

  #purge(subject: string, before: number): void {
    this.#purges.set(subject, before);
    if (this.#purges.size > MOST_FORGETS) this.#purges.delete(this.#purges.keys().next().value as string);
    if (!this.#deps.connected()) return;
    this.#deps.stream
      .purge(subject, before)
      .then(() => {
        this.#deps.meter.count('emostream_nats_events_total', { what: 'purged-person' });
        if (this.#purges.get(subject) === before) this.#purges.delete(subject);
      })
      // It is done again, and readers know it by the message.
      .catch(() => this.#rest());
  }

  /** Something failed: a moment later all is tried again. */
  #rest(): void {
    if (this.#resting || this.#closed) return;
    this.#resting = true;
    scheduleTimeout(RETRY_MS, () => this.resume());
  }

  #boundForgets(): void {
    let waiting = 0;
    for (const { forgets } of this.#rooms.values()) waiting += forgets.size;
    if (waiting <= MOST_FORGETS) return;
    for (const { forgets } of this.#rooms.values()) {
      const [oldest] = forgets.keys();
      if (oldest === undefined) continue;
      forgets.delete(oldest);
      return;
    }
  }
}
