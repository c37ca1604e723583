import { rosterOf } from '../services.js';
import type { Handler } from './handler.js';

export const subscribe: Handler<'subscribe'> = async (request, session) => {
  session.require(request.record ? 'record' : 'subscribe');
  const room = session.roomFor(request.room);
  const { bus, limits, placement } = session.services;
  if (request.record) {
    // Everybody in the room is asked.
    await limits.join(session.caller);
    await placement.claim(room);
    return { room, ...session.record(room, request) };
  }
  // What is said is told by the node of the room alone.
  const { grants } = session.identity;
  if (grants.transcript && grants.room !== '*' && !session.joined) await placement.claim(room);
  const { sinceSeq, epoch } = request;
  const from = sinceSeq === undefined ? undefined : { sinceSeq, epoch };
  await bus.ready(room);
  if (from) await limits.replay(session.caller, bus.held(room, from));
  return { room, ...session.subscribe(room, from, request) };
};

export const unsubscribe: Handler<'unsubscribe'> = (request, session) => {
  session.unsubscribe(request.room);
  return {};
};

export const roster: Handler<'roster'> = async (request, session) => {
  session.require('subscribe');
  const room = session.roomFor(request.room);
  await session.services.placement.claim(room);
  const members = rosterOf(session.services, room);
  return { room, participants: members.map((member) => (session.seesNames ? member : { ...member, name: null })) };
};
