import { ClientError } from '../../lib/index.js';

/** What the server did to one's seat, said to the person. */
export const ROOM_ENDED = new ClientError('FORBIDDEN', 'A moderator ended the call.');
export const REMOVED = new ClientError('FORBIDDEN', 'you were removed from the call');
export const NO_EMOTIONS = new ClientError('FORBIDDEN', 'Your invitation does not let you see the emotions here.');
export const SEAT_FAILED = new ClientError(
  'INTERNAL',
  'Something failed on the server, and you lost your place in the call; you join again by yourself.',
);

/** A moderator's word; what it changed of one's own consent comes by itself. */
export function analysisAllowed(allowed: boolean): ClientError {
  return new ClientError(
    'POLICY_FORBIDS',
    allowed
      ? 'A moderator lets you be analysed again: switch on what you agree to.'
      : 'A moderator has stopped your analysis. It cannot be switched on until they allow it.',
  );
}
