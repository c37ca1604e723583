import { createHash } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import type { Agreement } from '../common/consent.js';
import { EmostreamError } from '../common/errors.js';
import { participantIdSchema } from '../events/schema.js';
import { parseConsent } from './declared-consent.js';
import { type Grants, type GrantsGiven, grantsSchema, nameSchema } from './protocol.js';

/** What a verified token says. */
export interface Identity {
  grants: Grants;
  /** The token's `sub`: an id that stays the same when the person connects again. Opaque; it is logged. */
  subject: string | undefined;
  /** The claim `name`: what the person calls themselves, for doors that ask for none. Shown to the others, never logged. */
  name: string | undefined;
  /** The claim `consent`: what the subject agreed to before the token was made; counts at doors where nobody is asked. */
  declared: Agreement | undefined;
  /** Names the token where something is counted by it. */
  digest: string;
  /** When the token ends, ms since the epoch. */
  expiresAtMs: number;
}

/**
 * Clocks of the machine that mints and of this one may differ by so many seconds: a token may begin so much too early. It
 * ends when it says, since the sockets that it opened end then.
 */
const CLOCK_TOLERANCE_SECONDS = 5;
const ALGORITHM = 'HS256';

/**
 * Signs an access token (JWT, RFC 7519; HS256).
 * @param ttlSeconds its life from `nowMs` on
 */
export async function mintToken(
  secret: Uint8Array,
  grants: GrantsGiven,
  options: {
    ttlSeconds: number;
    nowMs: number;
    subject?: string | undefined;
    name?: string | undefined;
    /** See `parseConsent`. */
    consent?: string | undefined;
  },
): Promise<{ token: string; expiresAt: number }> {
  const issuedAt = Math.floor(options.nowMs / 1000);
  const expiresAt = issuedAt + options.ttlSeconds;
  const { name, consent } = options;
  const jwt = new SignJWT({ ...grantsSchema.parse(grants), ...(name && { name }), ...(consent && { consent }) })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt);
  if (options.subject !== undefined) jwt.setSubject(options.subject);
  return { token: await jwt.sign(secret), expiresAt: expiresAt * 1000 };
}

/** @throws EmostreamError UNAUTHENTICATED, which says why the token does not do (never the token itself) */
export async function verifyToken(secret: Uint8Array, token: string, nowMs: number): Promise<Identity> {
  try {
    const { payload } = await jwtVerify(token, secret, {
      algorithms: [ALGORITHM],
      requiredClaims: ['exp', 'room'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(nowMs),
    });
    const { room, publish, subscribe, moderate, transcript, names, sub, name, consent, exp = 0 } = payload;
    const expiresAtMs = exp * 1000;
    if (expiresAtMs <= nowMs) throw new errors.JWTExpired('it has expired', payload, 'exp', 'check_failed');
    return {
      grants: grantsSchema.parse({ room, publish, subscribe, moderate, transcript, names }),
      subject: participantIdSchema.optional().parse(sub),
      name: nameSchema.optional().parse(name),
      declared: consent === undefined ? undefined : parseConsent(String(consent)),
      digest: digestOf(token),
      expiresAtMs,
    };
  } catch (cause) {
    throw new EmostreamError('UNAUTHENTICATED', `the access token is not valid: ${reason(cause)}`, { cause });
  }
}

/** Of what is signed alone: a signature can be written in more than one way (unused bits of base64url, RFC 4648 §3.5). */
function digestOf(token: string): string {
  return createHash('sha256')
    .update(token.slice(0, token.lastIndexOf('.')))
    .digest('base64url');
}

function reason(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it has expired; get a new one';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'it was signed with another secret';
  if (error instanceof errors.JWTClaimValidationFailed) return `claim "${error.claim}" is missing or wrong`;
  if (error instanceof errors.JOSEError) return 'it is not an HS256 JSON Web Token';
  return 'its claims must be room (an id or "*"), publish, subscribe, moderate, transcript, names (booleans) and exp; sub, name and consent are text';
}
