import { EmostreamError } from '../../common/errors.js';
import { withinPolicy } from '../services.js';
import type { Handler } from './handler.js';

export const join: Handler<'join'> = async (request, session) => {
  session.require('publish');
  const roomId = session.roomFor(request.room);
  if (session.joined) throw new EmostreamError('WRONG_STATE', 'already in the call: send leave first');
  const { rooms, policy, limits } = session.services;
  await limits.join(session.caller);
  return rooms.enter(roomId, session.caller.address, async (room) => {
    if (session.closed) throw new EmostreamError('CLOSED', 'the connection closed meanwhile');
    session.assertGranted(request);
    const { name, rtpCapabilities } = request;
    // Read here and not before: it may have been taken away while the room was opened.
    const agreement = withinPolicy(request, policy);
    const { member, peers } = await room.seat(session, { name, rtpCapabilities, agreement });
    const { participant } = member;
    return { room: roomId, participant: participant.id, peers, policy, ...participant.agreement };
  });
};
