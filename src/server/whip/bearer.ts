import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { EmostreamError } from '../../common/errors.js';
import type { Guest } from '../guest.js';
import { requireGrant, roomFor } from '../grants.js';
import type { Services } from '../services.js';
import type { Identity } from '../tokens.js';
import { bearerToken } from '../upgrade.js';

/** Who opened a session, and by which token: what the requests about it are compared with. */
export interface Opener {
  guest: Guest;
  room: string;
  tokenDigest: Buffer;
}

/** @throws EmostreamError UNAUTHENTICATED */
export function tokenOf({ headers }: IncomingMessage): string {
  const token = bearerToken(headers.authorization);
  if (token === undefined) {
    throw new EmostreamError(
      'UNAUTHENTICATED',
      'no access token: send "Authorization: Bearer …" (RFC 9725, section 4.5)',
    );
  }
  return token;
}

/** Signature and all, unlike the digest that the limits count by. */
export const wholeDigest = (token: string): Buffer => createHash('sha256').update(token).digest();

/** @throws EmostreamError UNAUTHENTICATED, FORBIDDEN or WRONG_ROOM */
export async function mayPublish(token: string, room: string, { verify, moderation }: Services): Promise<Identity> {
  const identity = await verify(token);
  requireGrant(identity, 'publish');
  roomFor(identity, room, moderation);
  return identity;
}

/**
 * Whether a request about a session is its owner's: by the token that it was opened with, also after its end (it was checked when it was
 * first shown, and leaving and withdrawing need no grant), or by a newer one of the same subject, with which the session then goes on.
 * @throws EmostreamError UNAUTHENTICATED, FORBIDDEN or WRONG_ROOM
 */
export async function mayManage(token: string, opener: Opener, services: Services): Promise<void> {
  const digest = wholeDigest(token);
  if (timingSafeEqual(digest, opener.tokenDigest)) return;
  const identity = await mayPublish(token, opener.room, services);
  if (identity.subject === undefined || identity.subject !== opener.guest.identity.subject) {
    throw new EmostreamError('FORBIDDEN', 'the session is somebody else’s: show the token that opened it');
  }
  opener.guest.renew(identity);
  opener.tokenDigest = digest;
}
