import type { RoomEvent } from './schema.js';

/** An event as it crosses the wire and is kept: its text, and what must be known of it without reading that. */
export interface EventRecord {
  readonly epoch: string;
  readonly seq: number;
  readonly type: RoomEvent['type'];
  readonly participant: string;
  readonly text: string;
}

const records = new WeakMap<RoomEvent, EventRecord>();

/** Written once for the journal and all subscribers. */
export function eventRecord(event: RoomEvent): EventRecord {
  let record = records.get(event);
  if (!record) {
    const { epoch, seq, type, participant } = event;
    record = { epoch, seq, type, participant, text: JSON.stringify(event) };
    records.set(event, record);
  }
  return record;
}
