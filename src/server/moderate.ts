import { EmostreamError } from '../common/errors.js';
import type { ModerationRecord } from './audit-log.js';
import type { CallRoom } from './call-room.js';
import { nameInAudit, requireGrant, roomFor } from './grants.js';
import type { ModerationAsked, ResultOf } from './protocol.js';
import type { Services } from './services.js';
import type { Identity } from './tokens.js';

export type ModerationResult = ResultOf<ModerationAsked['type']>;

/**
 * Does what a moderator asks, on the socket or by HTTP, and records who asked it.
 * @throws EmostreamError FORBIDDEN, WRONG_ROOM, BAD_MESSAGE, NOT_FOUND, or MOVED
 */
export async function moderate(
  services: Pick<Services, 'placement' | 'rooms' | 'attachments' | 'moderation' | 'sessions' | 'audit' | 'clock'>,
  moderator: Identity,
  asked: ModerationAsked,
): Promise<ModerationResult> {
  requireGrant(moderator, 'moderate');
  const { rooms, attachments, moderation, sessions, audit, clock } = services;
  const id = roomFor(moderator, asked.room, moderation);
  await services.placement.claim(id);
  const record = (event: ModerationRecord['event'], participant: string | null) => {
    audit.write({ event, room: id, participant, by: nameInAudit(moderator), atMs: clock() });
  };
  if (asked.type === 'allowAnalysis') {
    record('analysis-allowed', asked.participant);
    moderation.allowAnalysis(id, asked.participant);
    rooms.open.get(id)?.broadcast({ type: 'analysisAllowed', participant: asked.participant, allowed: true });
    return {};
  }
  const room: CallRoom | undefined = rooms.open.get(id);
  const attached = attachments.of(id);
  if (!room && attached.size === 0) throw new EmostreamError('NOT_FOUND', 'room: nobody is in it');
  if (asked.type === 'endRoom') {
    record('room-ended', null);
    room?.end();
    for (const one of [...attached.values()]) one.close('removed');
    return {};
  }
  // Of another application's call: what can be ended here is their analysis.
  const other = attached.get(asked.participant);
  if (other) {
    const who = { room: id, participant: asked.participant, tokens: [] };
    if (asked.type === 'stopAnalysis') {
      record('analysis-stopped', asked.participant);
      moderation.stopAnalysis(who);
      other.consent.withdraw();
      return {};
    }
    record('removed', asked.participant);
    const until = moderation.remove(who);
    other.close('removed');
    return { until };
  }
  if (!room) throw new EmostreamError('NOT_FOUND', 'participant: nobody of that id is in this room');
  const member = room.member(asked.participant);
  if (asked.type === 'stopAnalysis') {
    record('analysis-stopped', asked.participant);
    await room.stopAnalysis(member);
    return {};
  }
  record('removed', asked.participant);
  const who = room.moderated(member);
  const until = moderation.remove(who);
  for (const session of [...sessions]) session.removed(who, until);
  // Who came in by another door than the socket.
  member.participant.close('removed');
  return { until };
}
