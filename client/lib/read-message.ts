import { z } from 'zod';
import { epochSchema, type RoomEvent, roomEventSchema, roomIdSchema } from '../../src/events/schema.js';
import { type Notification, notificationSchema, type Response, responseSchema } from '../../src/server/protocol.js';

/** A message of a type that a later server has: to be ignored. An event of it takes its number all the same. */
export interface Unknown {
  type: string;
  place: { room: string; epoch: string; seq: number } | null;
}

export type Message =
  | { kind: 'response'; message: Response }
  | { kind: 'event'; message: RoomEvent }
  | { kind: 'notification'; message: Notification }
  | { kind: 'unknown'; message: Unknown }
  | { kind: 'invalid'; message: string };

const typed = z.object({ type: z.string() });
const placed = z.object({ room: roomIdSchema, epoch: epochSchema, seq: z.number().int().positive() });
const EVENTS: ReadonlySet<string> = new Set(roomEventSchema.options.map(({ shape }) => shape.type.value));
const NOTIFICATIONS: ReadonlySet<string> = new Set(notificationSchema.options.map(({ shape }) => shape.type.value));

/** What the server said. Keeps the rules of docs/protocol.md: what is not known is ignored, never an error. Pure; never throws. */
export function readMessage(data: unknown): Message {
  let json: unknown;
  try {
    json = JSON.parse(String(data));
  } catch {
    return { kind: 'invalid', message: 'the server sent a message that is not JSON' };
  }
  const type = typed.safeParse(json).data?.type;
  if (type === undefined) return { kind: 'invalid', message: 'the server sent a message without a type' };
  if (EVENTS.has(type)) return checked('event', type, roomEventSchema, json);
  if (NOTIFICATIONS.has(type)) return checked('notification', type, notificationSchema, json);
  if (type === 'response') return checked('response', type, responseSchema, json);
  return { kind: 'unknown', message: { type, place: placed.safeParse(json).data ?? null } };
}

function checked<K extends string, T>(
  kind: K,
  type: string,
  schema: z.ZodType<T>,
  json: unknown,
): { kind: K; message: T } | { kind: 'invalid'; message: string } {
  const parsed = schema.safeParse(json);
  if (parsed.success) return { kind, message: parsed.data };
  const fields = parsed.error.issues.map(({ path }) => path.join('.')).slice(0, 3);
  return { kind: 'invalid', message: `the server sent a message "${type}" of an unknown form (${fields.join(', ')})` };
}
