import { z } from 'zod';
import type { Order } from '../events/order.js';
import type { Floor } from '../events/room-chain.js';
import type { Kept } from '../events/room-journal.js';
import { epochSchema, roomEventSchema, type RoomEvent } from '../events/schema.js';

/**
 * What nodes tell each other of a room's events, as the headers of a message say it; the event itself is its text.
 *
 * `generation` and `seq` order all that a room ever had: the claim of the room and the numbering within it, and the number. Whoever
 * withdraws begins, by a message `forget` on their own subject, a new generation of their consent at that place: what has an earlier one
 * is not to be told any more, however late it was sent or read.
 */
export interface Headers {
  epoch: string;
  seq: string;
  generation: string;
  /** The number of the numbering that was sent before this one. */
  after?: string;
  /** How long it had waited to be sent, ms. */
  age?: string;
  /** What stays of the person; the text is the event that does. */
  forget?: Kept;
  /** From this number to `seq` nothing could be sent. */
  lost?: string;
}
export const HEADER_NAMES = ['epoch', 'seq', 'generation', 'after', 'age', 'forget', 'lost'] as const;

export type Told = { epoch: string; order: Order; seq: number } & (
  | { kind: 'event'; event: RoomEvent; text: string; after: number; ageMs: number }
  | { kind: 'forget'; kept: Kept; stays: { event: RoomEvent; text: string } | undefined }
  | { kind: 'lost'; fromSeq: number }
);

const count = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);
/** A claim is a number of NATS's, which begin at the microseconds of the wall clock. */
const generationSchema = z
  .string()
  .regex(/^\d{1,16}\.\d{1,15}$/)
  .transform((text): Order => {
    const [term, born] = text.split('.').map(Number) as [number, number];
    return { term, born };
  });
const headersSchema = z.object({
  epoch: epochSchema,
  seq: count,
  generation: generationSchema,
  after: count.optional(),
  age: count.optional(),
  forget: z.enum(['state', 'end']).optional(),
  lost: count.optional(),
});

const generation = ({ term, born }: Order): string => `${term}.${born}`;

export const eventHeaders = (
  { epoch, seq, order }: { epoch: string; seq: number; order: Order },
  more: { after: number; ageMs: number },
): Headers => ({
  ...{ epoch, seq: String(seq), generation: generation(order), after: String(more.after) },
  age: String(Math.max(0, Math.round(more.ageMs))),
});

export const forgetHeaders = (epoch: string, floor: Floor, kept: Kept): Headers => ({
  ...{ epoch, seq: String(floor.seq), generation: generation(floor), forget: kept },
});

export const lostHeaders = (epoch: string, order: Order, fromSeq: number, toSeq: number): Headers => ({
  ...{ epoch, seq: String(toSeq), generation: generation(order), lost: String(fromSeq) },
});

/** @returns undefined where it is no message of ours */
export function readMessage(headers: Partial<Record<keyof Headers, string>>, text: string): Told | undefined {
  const parsed = headersSchema.safeParse(headers);
  if (!parsed.success) return undefined;
  const { epoch, seq, generation: order, after = 0, age: ageMs = 0, forget, lost } = parsed.data;
  const place = { epoch, order, seq };
  if (lost !== undefined) return lost <= seq ? { ...place, kind: 'lost', fromSeq: lost } : undefined;
  const event = text === '' ? undefined : readEvent(text);
  if (forget !== undefined) {
    const stays = event?.epoch === epoch && event.seq <= seq ? { event, text } : undefined;
    return { ...place, kind: 'forget', kept: forget, stays };
  }
  if (!event || event.epoch !== epoch || event.seq !== seq) return undefined;
  return { ...place, kind: 'event', event, text, after, ageMs };
}

function readEvent(text: string): RoomEvent | undefined {
  try {
    return roomEventSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
