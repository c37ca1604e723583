import type { Handler } from './handler.js';

export const renew: Handler<'renew'> = async (request, session) => {
  const { limits, verify } = session.services;
  // Checking a signature costs something, and nobody needs it often.
  await limits.join(session.caller);
  return { expiresAt: session.renew(await verify(request.token)) };
};
