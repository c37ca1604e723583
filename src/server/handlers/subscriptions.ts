import type { Handler } from './handler.js';

export const subscribe: Handler<'subscribe'> = (request, session) => {
  session.require('subscribe');
  const room = session.roomFor(request.room);
  return { room, ...session.subscribe(room, request.sinceSeq) };
};

export const unsubscribe: Handler<'unsubscribe'> = (_request, session) => {
  session.unsubscribe();
  return {};
};
