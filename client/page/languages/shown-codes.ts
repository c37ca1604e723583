import type { ErrorCode } from '../../../src/common/errors.js';

/** The codes of errors that somebody in a call may see; others are shown as they come. */
export type ShownCode =
  | Extract<
      ErrorCode,
      | 'BAD_MESSAGE'
      | 'MESSAGE_TOO_LARGE'
      | 'RATE_LIMITED'
      | 'UNAUTHENTICATED'
      | 'KEYS_UNAVAILABLE'
      | 'FORBIDDEN'
      | 'WRONG_ROOM'
      | 'ORIGIN_REFUSED'
      | 'CONSENT_REQUIRED'
      | 'POLICY_FORBIDS'
      | 'NOT_FOUND'
      | 'WRONG_STATE'
      | 'LIMIT_REACHED'
      | 'UNSUPPORTED_MEDIA'
      | 'WORKER_DIED'
      | 'OVERLOADED'
      | 'CLOSED'
      | 'INTERNAL'
    >
  | 'TIMEOUT'
  | 'UNREACHABLE'
  | 'BAD_REPLY';
