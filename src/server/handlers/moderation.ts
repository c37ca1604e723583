import { moderate } from '../moderate.js';
import type { ModerationAsked, ResultOf } from '../protocol.js';
import type { Handler } from './handler.js';

type Type = ModerationAsked['type'];

/** All of them by the one function that HTTP uses too, which gives each the answer of its own type. */
const asked =
  <T extends Type>(): Handler<T> =>
  async (request, session) => {
    session.require('moderate');
    // Everybody in the room is told of each.
    await session.services.limits.join(session.caller);
    return (await moderate(session.services, session.identity, request)) as ResultOf<T>;
  };

export const removeParticipant = asked<'removeParticipant'>();
export const stopAnalysis = asked<'stopAnalysis'>();
export const allowAnalysis = asked<'allowAnalysis'>();
export const endRoom = asked<'endRoom'>();
