import type { EventRecord } from '../events/event-record.js';

/**
 * How events are written for whoever may see names. Names are in no event and no journal: they are looked up when a `begin` is
 * sent, so that who has left is not named any more.
 * @param nameOf what somebody in the room calls themselves; undefined: they are not in it
 */
export function withNames(nameOf: (participant: string) => string | undefined): (event: EventRecord) => string {
  return ({ type, participant, text }) => {
    const name = type === 'begin' ? nameOf(participant) : undefined;
    return name === undefined ? text : `${text.slice(0, -1)},"name":${JSON.stringify(name)}}`;
  };
}
