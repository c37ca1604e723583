import type { Handler } from './handler.js';

export const subscribe: Handler<'subscribe'> = async (request, session) => {
  session.require('subscribe');
  const room = session.roomFor(request.room);
  const { bus, limits } = session.services;
  const { sinceSeq, epoch } = request;
  const from = sinceSeq === undefined ? undefined : { sinceSeq, epoch };
  if (from) await limits.replay(session.caller, bus.held(room, from));
  return { room, ...session.subscribe(room, from) };
};

export const unsubscribe: Handler<'unsubscribe'> = (_request, session) => {
  session.unsubscribe();
  return {};
};
