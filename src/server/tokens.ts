import { createHash, randomBytes } from 'node:crypto';
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey, SignJWT } from 'jose';
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
  /** When the token was made, where it says, ms since the epoch. */
  issuedAtMs?: number | undefined;
  /** When the token ends, ms since the epoch. */
  expiresAtMs: number;
}

/** By what a token is judged. */
export interface TokenRules {
  /** Signs and checks tokens of our own (HS256); without one there are none. */
  secret: Uint8Array | undefined;
  /** What our own tokens must name as `iss`; not given: they carry a name and need not. */
  issuer?: string | undefined;
  /** What every token must name as `aud`; not given: our own name, which our own tokens may leave out. */
  audience?: string | undefined;
  /** An identity provider: whom its tokens must name as `iss`, and its keys. */
  provider?: { issuer: string; key: JWTVerifyGetKey } | undefined;
}

const OUR_NAME = 'emostream';
/**
 * Clocks of the machine that mints and of this one may differ by so many seconds: a token may begin so much too early. It
 * ends when it says, since the sockets that it opened end then.
 */
const CLOCK_TOLERANCE_SECONDS = 5;
const OUR_ALGORITHM = 'HS256';
/**
 * What an identity provider may sign by: with a private key, never with what it publishes (RFC 8725 §2.1 and §3.1: who chooses the algorithm
 * by the token's own word lets a public key be taken for a shared secret).
 */
export const PROVIDER_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];
/** Ids as they are; an e-mail address, or what is too long, becomes a digest, for ids are logged. */
const PLAIN_ID = /^[\w.:|-]{1,64}$/;

/**
 * Signs an access token (JWT, RFC 7519; HS256).
 * @param ttlSeconds its life from `nowMs` on
 */
export async function mintToken(
  { secret, issuer = OUR_NAME, audience = OUR_NAME }: Omit<TokenRules, 'provider'>,
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
  if (!secret) throw new EmostreamError('FORBIDDEN', 'this server has no secret to sign tokens with (jwtSecret)');
  const issuedAt = Math.floor(options.nowMs / 1000);
  const expiresAt = issuedAt + options.ttlSeconds;
  const { name, consent } = options;
  const jwt = new SignJWT({ ...grantsSchema.parse(grants), ...(name && { name }), ...(consent && { consent }) })
    .setProtectedHeader({ alg: OUR_ALGORITHM, typ: 'JWT' })
    .setIssuer(issuer)
    .setAudience(audience)
    // Two tokens of the same second are two: what is counted, or forbidden, by token is one person's.
    .setJti(randomBytes(9).toString('base64url'))
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt);
  if (options.subject !== undefined) jwt.setSubject(options.subject);
  return { token: await jwt.sign(secret), expiresAt: expiresAt * 1000 };
}

/**
 * Tokens signed by our secret, and those of the identity provider: which of them one is, its algorithm says.
 * @throws EmostreamError UNAUTHENTICATED, which says why the token does not do (never the token itself); KEYS_UNAVAILABLE
 */
export async function verifyToken(rules: TokenRules, token: string, nowMs: number): Promise<Identity> {
  try {
    const { alg } = decodeProtectedHeader(token);
    const options = {
      requiredClaims: ['exp'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(nowMs),
    };
    const own = alg === OUR_ALGORITHM;
    let payload: JWTPayload;
    if (own && rules.secret) {
      ({ payload } = await jwtVerify(token, rules.secret, { ...options, algorithms: [OUR_ALGORITHM] }));
      if (rules.issuer !== undefined) assertIssuer(payload, rules.issuer);
      if (rules.audience !== undefined || payload.aud !== undefined) assertAudience(payload, rules);
    } else if (!own && rules.provider) {
      const { key, issuer } = rules.provider;
      ({ payload } = await jwtVerify(token, key, { ...options, algorithms: PROVIDER_ALGORITHMS }));
      assertIssuer(payload, issuer);
      assertAudience(payload, rules);
    } else throw new WrongToken(wanted(rules));
    const expiresAtMs = (payload.exp ?? 0) * 1000;
    if (expiresAtMs <= nowMs) throw new errors.JWTExpired('it has expired', payload, 'exp', 'check_failed');
    const issuedAtMs = payload.iat === undefined ? undefined : payload.iat * 1000;
    return { ...saidBy(payload), subject: subjectOf(payload, own), digest: digestOf(token), issuedAtMs, expiresAtMs };
  } catch (cause) {
    if (cause instanceof EmostreamError && cause.code === 'KEYS_UNAVAILABLE') throw cause;
    throw new EmostreamError('UNAUTHENTICATED', `the access token is not valid: ${reason(cause, rules)}`, { cause });
  }
}

/** What is wrong, in our own words. */
class WrongToken extends Error {}

function assertIssuer({ iss }: JWTPayload, issuer: string): void {
  if (iss !== issuer) throw new WrongToken(`its claim "iss" must be "${issuer}"`);
}

/** RFC 7519 §4.1.3: who does not find itself among the audiences rejects the token. */
function assertAudience({ aud }: JWTPayload, { audience = OUR_NAME }: TokenRules): void {
  const named = Array.isArray(aud) ? aud.includes(audience) : aud === audience;
  if (!named) throw new WrongToken(`its claim "aud" must be or hold "${audience}" (option tokenAudience)`);
}

/** In the token itself, or in its claim `emostream`, where an identity provider keeps what belongs together together. */
function saidBy(payload: JWTPayload): Pick<Identity, 'grants' | 'name' | 'declared'> {
  const nested = payload[OUR_NAME];
  const given = typeof nested === 'object' && nested !== null ? (nested as JWTPayload) : payload;
  const { room, publish, subscribe, moderate, transcript, names, record, replay, consent } = given;
  if (room === undefined) throw new WrongToken('its claim "room" is missing');
  return {
    grants: grantsSchema.parse({ room, publish, subscribe, moderate, transcript, names, record, replay }),
    name: nameSchema.optional().parse(given.name ?? payload.name),
    declared: consent === undefined ? undefined : parseConsent(String(consent)),
  };
}

function subjectOf({ sub, iss }: JWTPayload, own: boolean): string | undefined {
  if (own || sub === undefined || PLAIN_ID.test(sub)) return participantIdSchema.optional().parse(sub);
  return createHash('sha256')
    .update(`${iss ?? ''} ${sub}`)
    .digest('base64url');
}

/** Of what is signed alone: a signature can be written in more than one way (unused bits of base64url, RFC 4648 §3.5). */
function digestOf(token: string): string {
  return createHash('sha256')
    .update(token.slice(0, token.lastIndexOf('.')))
    .digest('base64url');
}

const wanted = ({ secret, provider }: TokenRules): string =>
  `it is not an ${[...(secret ? [OUR_ALGORITHM] : []), ...(provider ? PROVIDER_ALGORITHMS : [])].join(' or ')} JSON Web Token`;

function reason(error: unknown, rules: TokenRules): string {
  if (error instanceof WrongToken) return error.message;
  if (error instanceof errors.JWTExpired) return 'it has expired; get a new one';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'it was signed with another secret or key';
  if (error instanceof errors.JWKSNoMatchingKey) return 'the identity provider has no such key';
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'it must name its key (kid): the provider has several';
  if (error instanceof errors.JWTClaimValidationFailed) return `claim "${error.claim}" is missing or wrong`;
  if (error instanceof errors.JOSEError || error instanceof TypeError) return wanted(rules);
  return 'its claims must be room (an id or "*"), publish, subscribe, moderate, transcript, names, record, replay (booleans) and exp; sub, name and consent are text';
}
