import type { Handler } from './handler.js';

/** Leaving twice is no mistake. */
export const leave: Handler<'leave'> = (_request, session) => {
  session.giveUp();
  return {};
};
