import type { Handler } from './handler.js';

export const subscribe: Handler<'subscribe'> = async (request, session) => {
  session.require('subscribe');
  const room = session.roomFor(request.room);
  const { bus, limits } = session.services;
  if (request.sinceSeq !== undefined) await limits.replay(session.caller, bus.held(room, request.sinceSeq));
  return { room, ...session.subscribe(room, request.sinceSeq) };
};

export const unsubscribe: Handler<'unsubscribe'> = (_request, session) => {
  session.unsubscribe();
  return {};
};
