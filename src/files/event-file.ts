import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { UnsequencedEvent } from '../events/bus.js';
import { type RoomEvent, roomEventSchema } from '../events/schema.js';
import { cutAfter, LineFile, linesOf } from './line-file.js';

/** An event of a line; null where it is none. */
export function readEvent(line: string): RoomEvent | null {
  try {
    return roomEventSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

/** What an earlier run left. */
export interface Begun {
  epoch: string;
  seq: number;
  /** Seconds that have an event, from the first on. */
  seconds: number;
  /** It came to the recording's end. */
  isWhole: boolean;
}

/** Reads what is there, and cuts off what is torn. @returns null: nothing that can be gone on with */
export function readBegun(path: string): Begun | null {
  if (!existsSync(path)) return null;
  let begun: Begun | null = null;
  cutAfter(path, (line) => {
    const event = readEvent(line);
    if (event?.seq !== (begun?.seq ?? 0) + 1) return false;
    const seconds = 'window' in event ? Math.round(event.window.end / 1000) : (begun?.seconds ?? 0);
    begun = { epoch: event.epoch, seq: event.seq, seconds, isWhole: event.type === 'end' };
    return true;
  });
  return begun;
}

/**
 * The events of a recording, a line each, in the very form in which a call's are told. `latency` holds what of a call's is there: the
 * wait for a batch, and the network.
 */
export class EventFile {
  readonly #file: LineFile;
  readonly #epoch: string;
  readonly #fromMs: number;
  #seq: number;
  /** Seconds told. */
  seconds: number;

  /** @param begun what is gone on with; null: the file begins anew */
  constructor(path: string, begun: Begun | null) {
    this.#file = new LineFile(path, begun !== null);
    this.#epoch = begun?.epoch ?? randomBytes(9).toString('base64url');
    this.#seq = begun?.seq ?? 0;
    this.seconds = begun?.seconds ?? 0;
    this.#fromMs = this.seconds * 1000;
  }

  publish(event: UnsequencedEvent): RoomEvent {
    const sequenced = { ...event, epoch: this.#epoch, seq: this.#seq + 1 } as RoomEvent;
    // It was told before: what comes now only brought what follows up to date.
    if ('window' in event && event.window.start < this.#fromMs) return sequenced;
    this.#seq += 1;
    this.#file.write(sequenced.type === 'emotion' ? withFileLatency(sequenced) : sequenced);
    if ('window' in event) this.seconds = Math.round(event.window.end / 1000);
    return sequenced;
  }

  close(): void {
    this.#file.close();
  }
}

/** Of a recording nothing was captured or came late. */
function withFileLatency(event: Extract<RoomEvent, { type: 'emotion' }>): RoomEvent {
  const { queue, inference } = event.latency;
  const latency = { capture: null, decode: null, close: 0, features: 0, queue, inference, publish: 0 };
  return { ...event, latency: { ...latency, total: Math.round((queue + inference) * 10) / 10 } };
}

/** The events of a file and of those parts of it that were put aside, in order; lines that are none are left out, and counted. */
export function* eventsOf(path: string, onBad: () => void = () => undefined): Generator<RoomEvent> {
  for (const line of linesOf(path)) {
    const event = line.trim() === '' ? null : readEvent(line);
    if (event) yield event;
    else if (line.trim() !== '') onBad();
  }
}
