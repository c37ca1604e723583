import { EmostreamError } from '../../common/errors.js';
import { withinPolicy } from '../services.js';
import type { Handler } from './handler.js';

export const join: Handler<'join'> = async (request, session) => {
  session.require('publish');
  const roomId = session.roomFor(request.room);
  if (session.joined) throw new EmostreamError('WRONG_STATE', 'already in the call: send leave first');
  const { rooms, policy, limits, placement } = session.services;
  await limits.join(session.caller);
  await placement.claim(roomId);
  return rooms.enter(roomId, session.caller.address, async (room) => {
    if (session.closed) throw new EmostreamError('CLOSED', 'the connection closed meanwhile');
    session.assertGranted(request);
    const { name, rtpCapabilities } = request;
    const held = session.held(request.ticket, roomId);
    // Read here and not before: it may have been taken away while the room was opened.
    const agreement = session.agreeable(withinPolicy(request, policy), held);
    const { member, peers } = await room.seat(session, { name, rtpCapabilities, agreement, id: held?.participant });
    const { participant } = member;
    const ticket = session.ticketOf(member, held && request.ticket);
    return { room: roomId, participant: participant.id, peers, policy, ...participant.agreement, ticket };
  });
};
