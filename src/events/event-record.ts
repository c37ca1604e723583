import type { RoomEvent } from './schema.js';

/** An event as it crosses the wire and is kept: its text, and what must be known of it without reading that. */
export interface EventRecord {
  readonly epoch: string;
  readonly seq: number;
  readonly type: RoomEvent['type'];
  readonly participant: string;
  /** Of what is about a window: its start in whole seconds since the epoch; otherwise null. */
  readonly second: number | null;
  readonly text: string;
}

const records = new WeakMap<RoomEvent, EventRecord>();

/** Written once for the journal and all subscribers. */
export function eventRecord(event: RoomEvent): EventRecord {
  let record = records.get(event);
  if (!record) {
    record = { ...fieldsOf(event), text: JSON.stringify(event) };
    records.set(event, record);
  }
  return record;
}

/** What came as text is handed on as that text. */
export function recordedAs(event: RoomEvent, text: string): EventRecord {
  const record = { ...fieldsOf(event), text };
  records.set(event, record);
  return record;
}

function fieldsOf(event: RoomEvent): Omit<EventRecord, 'text'> {
  const { epoch, seq, type, participant } = event;
  const second = 'window' in event ? Math.floor(event.window.start / 1000) : null;
  return { epoch, seq, type, participant, second };
}
