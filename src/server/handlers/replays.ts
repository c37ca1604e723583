import { EmostreamError } from '../../common/errors.js';
import type { Handler } from './handler.js';

export const beginReplay: Handler<'beginReplay'> = async (request, session) => {
  session.require('replay');
  const room = session.roomFor(request.room);
  const { limits, replays, placement } = session.services;
  await limits.join(session.caller);
  await placement.claim(room);
  session.assertGranted(request);
  if (session.closed) throw new EmostreamError('CLOSED', 'the connection closed meanwhile');
  const replay = replays.begin(room, (reason) => {
    session.replays.delete(room);
    session.notify({ type: 'replayEnded', room, reason });
  });
  session.replays.set(room, replay);
  return { room };
};

export const replayEvents: Handler<'replayEvents'> = (request, session) => {
  session.require('replay');
  const replay = session.replays.get(session.roomFor(request.room));
  if (!replay) throw new EmostreamError('WRONG_STATE', 'nothing is replayed by this socket: send beginReplay first');
  session.costs.replayed(request.events.length);
  return { published: replay.publish(request.events) };
};

export const endReplay: Handler<'endReplay'> = (request, session) => {
  session.require('replay');
  session.replays.get(session.roomFor(request.room))?.end('closed');
  return {};
};
