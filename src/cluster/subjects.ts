/** All events of all rooms: `events.ROOM.PARTICIPANT`. */
export const ALL_EVENTS = 'events.>';

/**
 * An id as one token of a subject: letters, digits, `-` and `_` as they are, every other UTF-16 code unit as `=` and four hexadecimal
 * digits. So `.`, `*`, `>` and spaces mean nothing, and no two ids have the same token.
 */
export const token = (id: string): string =>
  id.replace(/[^A-Za-z0-9_-]/g, (unit) => `=${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

export function fromToken(text: string): string {
  return text.replace(/=([0-9a-f]{4})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
}

export const roomSubjects = (room: string): string => `events.${token(room)}.>`;
export const personSubject = (room: string, participant: string): string =>
  `events.${token(room)}.${token(participant)}`;
/** Of the room, not of anybody in it: no id has this token. */
export const roomSubject = (room: string): string => `events.${token(room)}.=`;
