import type { RoomEvent } from '../events/schema.js';

const texts = new WeakMap<RoomEvent, string>();

/** An event as it crosses the wire, written once for all subscribers. */
export function eventText(event: RoomEvent): string {
  let text = texts.get(event);
  if (text === undefined) {
    text = JSON.stringify(event);
    texts.set(event, text);
  }
  return text;
}
