import { nameInAudit } from '../grants.js';
import type { Handler } from './handler.js';

export const startRecording: Handler<'startRecording'> = async (request, session) => {
  session.require('record');
  const room = session.roomFor(request.room);
  const { limits, fileRecordings, placement } = session.services;
  // Everybody in the room is asked.
  await limits.join(session.caller);
  await placement.claim(room);
  const { identity } = session;
  return { recording: await fileRecordings.begin(room, nameInAudit(identity), identity.grants.transcript) };
};

export const stopRecording: Handler<'stopRecording'> = async (request, session) => {
  session.require('record');
  await session.services.fileRecordings.stop(session.roomFor(request.room));
  return {};
};

export const agreeToRecording: Handler<'agreeToRecording'> = ({ recording, agreed }, session) => {
  const { participant, room } = session.member;
  // Not to agree was done when the message came (Session.withdraw).
  if (agreed) session.costs.grant();
  return { agreed: session.services.recordings.answer(room.room.id, participant.id, recording, agreed) };
};
