import { EmostreamError } from '../common/errors.js';
import type { Moderation } from './moderation.js';
import type { Grants } from './protocol.js';
import type { Identity } from './tokens.js';

// What an access token lets its bearer do, by whatever door they come.

/** What a request can need. */
export type RequiredGrant = 'publish' | 'subscribe' | 'moderate' | 'record' | 'replay';

/** @throws EmostreamError FORBIDDEN */
export function requireGrant({ grants }: Identity, grant: RequiredGrant): void {
  if (!grants[grant]) throw new EmostreamError('FORBIDDEN', `the access token does not grant "${grant}"`);
}

/**
 * The room that a request is about: the token's, or the one that is named with a token for every room.
 * @throws EmostreamError WRONG_ROOM; BAD_MESSAGE when a token for every room names none; FORBIDDEN to whom a moderator removed from it
 */
export function roomFor(identity: Identity, named: string | undefined, moderation: Moderation): string {
  const { room } = identity.grants;
  const meant = room === '*' ? named : room;
  if (meant === undefined) throw new EmostreamError('BAD_MESSAGE', 'room: must be named with a token for every room');
  if (named !== undefined && named !== meant) {
    throw new EmostreamError('WRONG_ROOM', 'the access token is for another room');
  }
  moderation.assertNotRemoved(meant, identity);
  return meant;
}

/** Characters of a token's digest by which the audit log names who has no subject. */
const DIGEST_CHARACTERS = 12;

/** How the audit log names who asked for something: the token's subject, or the beginning of its digest. */
export function nameInAudit({ subject, digest }: Identity): string {
  return subject ?? `token:${digest.slice(0, DIGEST_CHARACTERS)}`;
}

/**
 * Whether one may go on with another token.
 * @throws EmostreamError FORBIDDEN where it is somebody else's, or grants less
 */
export function assertRenews(old: Identity, next: Identity): void {
  const names = Object.keys(old.grants) as (keyof Grants)[];
  const lacks = names.some((name) =>
    name === 'room' ? next.grants.room !== old.grants.room : old.grants[name] && !next.grants[name],
  );
  if (!lacks && next.subject === old.subject) return;
  throw new EmostreamError(
    'FORBIDDEN',
    'the new token must have the room and the subject of the old one, and all its grants',
  );
}

/**
 * Whose consent the bearer of a token can declare, beside what people do on a page of their own: the subject's, and nobody else's. A key
 * of somebody who runs things (for every room, or to moderate) and a token that names nobody can declare none.
 * @throws EmostreamError FORBIDDEN
 */
export function consentingSubject({ subject, grants }: Identity): string {
  if (subject !== undefined && grants.room !== '*' && !grants.moderate) return subject;
  throw new EmostreamError(
    'FORBIDDEN',
    'consent is a person’s own: it takes a token whose subject (sub) is that person, for this one room, without "moderate"',
  );
}
