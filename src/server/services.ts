import type { Logger } from 'pino';
import type { Clock } from '../common/clock.js';
import { type Agreement, bothAgreements, type Consent } from '../common/consent.js';
import type { Meter } from '../common/metrics.js';
import type { Placement } from '../cluster/placement.js';
import type { EventBus } from '../events/bus.js';
import type { Attachments } from './attachments.js';
import type { AuditLog } from './audit-log.js';
import type { CallRooms } from './call-rooms.js';
import type { Limits } from './limits.js';
import type { Moderated, Moderation } from './moderation.js';
import type { IceServer, ResultOf } from './protocol.js';
import type { FileRecordings } from './recordings/file-recordings.js';
import type { Recordings } from './recordings/recordings.js';
import type { Replays } from './replays.js';
import type { SeatTickets } from './seat-tickets.js';
import type { Subscribers } from './subscribers.js';
import type { Identity } from './tokens.js';
import type { Withdrawals } from './withdrawals.js';
import type { WordReaders } from './word-readers.js';

/** A socket that may be of somebody whom a moderator removes. */
export interface Removable {
  removed(who: Moderated, untilMs: number): void;
}

/** What request handlers work with, beside the session that asks. */
export interface Services {
  rooms: CallRooms;
  /** Those whose calls are in other applications. */
  attachments: Attachments;
  bus: EventBus;
  /** Which rooms are this node's. */
  placement: Placement;
  /** What may be analysed at all on this server. */
  policy: Consent;
  audit: AuditLog;
  subscribers: Subscribers;
  /** Subscribers who may read words. */
  wordReaders: WordReaders;
  limits: Limits;
  /** @throws EmostreamError UNAUTHENTICATED or KEYS_UNAVAILABLE */
  verify: (token: string) => Promise<Identity>;
  meter: Meter;
  logger: Logger;
  clock: Clock;
  /** Of seats that are taken, or were lost a moment ago. */
  tickets: SeatTickets;
  moderation: Moderation;
  recordings: Recordings;
  /** What the server writes itself. */
  fileRecordings: FileRecordings;
  replays: Replays;
  /** What people said of their consent last, where nobody is asked. */
  withdrawals: Withdrawals;
  /** Relays for a person's media. */
  iceServers: (participant: string) => IceServer[];
  /** Open sockets. */
  sessions: Set<Removable>;
  /** How long a seat is kept after the end of the token that it was taken with, ms. */
  tokenGraceMs: number;
}

/** What somebody agrees to cannot exceed the policy. */
export function withinPolicy(agreement: Agreement, policy: Consent): Agreement {
  return bothAgreements(agreement, { consent: policy, showWords: true });
}

/** Who is in a room: in a call of ours, and attached to it. */
export function rosterOf(
  { rooms, attachments, replays }: Pick<Services, 'rooms' | 'attachments' | 'replays'>,
  room: string,
): ResultOf<'roster'>['participants'] {
  return [...(rooms.open.get(room)?.roster ?? []), ...attachments.roster(room), ...replays.roster(room)];
}

/** What somebody in a room calls themselves; undefined: they are not in it, or have no name. */
export function nameIn(
  { rooms, attachments }: Pick<Services, 'rooms' | 'attachments'>,
  room: string,
  participant: string,
): string | undefined {
  return rooms.open.get(room)?.nameOf(participant) ?? attachments.of(room).get(participant)?.name ?? undefined;
}
