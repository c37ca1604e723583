import type { WHIP_PATHS } from '../protocol.js';
import { httpJson, type JsonSchema } from './json-schemas.js';

const SDP = { 'application/sdp': { schema: { type: 'string' } } };
const FRAGMENT = { 'application/trickle-ice-sdpfrag': { schema: { type: 'string' } } };
const BEARER = [{ bearer: [] }];
const header = (description: string): JsonSchema => ({ description, schema: { type: 'string' } });
const etag = (description: string) => ({ headers: { ETag: header(description) } });
const parameter = (name: string, where: 'path' | 'header', description: string): JsonSchema => ({
  name,
  in: where,
  required: where === 'path',
  description,
  schema: { type: 'string' },
});

/** What any of them may be refused with; the body says why. */
function failures(more: Record<string, string>): JsonSchema {
  const all: Record<string, string> = {
    '400': 'BAD_MESSAGE: the body is malformed.',
    '401': 'UNAUTHENTICATED: no token, or one that does not do.',
    '403': 'FORBIDDEN, WRONG_ROOM or ORIGIN_REFUSED.',
    '404': 'NOT_FOUND: no such session, or it has ended.',
    '405': 'A method that is kept for later versions (RFC 9725, section 4.2).',
    '429': 'RATE_LIMITED. `Retry-After` says when to try again.',
    '503': 'LIMIT_REACHED, WORKER_DIED, NATS_UNAVAILABLE or CLOSED.',
    ...more,
  };
  const schema = { $ref: '#/components/schemas/Failure' };
  return Object.fromEntries(
    Object.entries(all).map(([status, description]) => [
      status,
      { description, content: { 'application/json': { schema } } },
    ]),
  );
}

const room = parameter('room', 'path', 'The room.');
const session = parameter('session', 'path', 'Of the `Location` that the offer was answered with.');
const consentAnswer = {
  description: 'Consent as it stands.',
  ...etag('Of the generation: for `If-Match`.'),
  content: { 'application/json': { schema: httpJson['consent-answer'] } },
};
const options = (what: string): JsonSchema => ({
  operationId: `${what}Options`,
  summary: 'What the URL takes, and who may ask (CORS)',
  responses: { '200': { description: 'Told in headers' } },
});

/** Senders by WHIP (RFC 9725), and their consent. */
export const whipPaths: Record<(typeof WHIP_PATHS)[number], JsonSchema> = {
  '/whip/{room}': {
    parameters: [room],
    options: options('whip'),
    post: {
      operationId: 'whipOffer',
      summary: 'Takes part in a call by an SDP offer; the token needs the grant `publish`',
      security: BEARER,
      parameters: [
        parameter(
          'Emostream-Consent',
          'header',
          'Of the token’s own subject: `given`, or some of `face`, `voice`, `words`, `show-words`. Without it the token’s claim `consent` counts.',
        ),
      ],
      requestBody: { required: true, content: SDP },
      responses: {
        '201': {
          description: 'The answer',
          headers: {
            Location: header('The session.'),
            ETag: header('The ICE session: for `If-Match` of PATCH.'),
            Link: header('STUN and TURN servers (`ice-server`), and the consent (`urn:emostream:whip:consent`).'),
            'Emostream-Participant': header('The participant’s id, percent-encoded.'),
            'Emostream-Consent': header('Consent as it stands, after the policy.'),
          },
          content: SDP,
        },
        ...failures({
          '307': 'MOVED: another node has the room; `Location` is where to post the offer.',
          '406': 'UNSUPPORTED_MEDIA: understood, and not to be had here; nothing is taken in part.',
          '413': 'MESSAGE_TOO_LARGE.',
          '415': 'The body is no application/sdp.',
        }),
      },
    },
  },
  '/whip/{room}/{session}': {
    parameters: [room, session],
    options: options('whipSession'),
    patch: {
      operationId: 'whipIce',
      summary: 'Trickles candidates, or restarts ICE',
      security: BEARER,
      parameters: [parameter('If-Match', 'header', 'The ETag of the ICE session; `*` to restart ICE.')],
      requestBody: { required: true, content: FRAGMENT },
      responses: {
        '200': { description: 'ICE restarted', ...etag('The new ICE session.'), content: FRAGMENT },
        '204': { description: 'Candidates taken' },
        ...failures({
          '412': '`If-Match` names another ICE session.',
          '415': 'The body is no application/trickle-ice-sdpfrag.',
          '428': '`If-Match` is missing.',
        }),
      },
    },
    delete: {
      operationId: 'whipEnd',
      summary: 'Leaves the call; also with the token of the session after its end',
      security: BEARER,
      responses: { '200': { description: 'Left' }, ...failures({}) },
    },
  },
  '/whip/{room}/{session}/consent': {
    parameters: [room, session],
    options: options('whipConsent'),
    get: {
      operationId: 'whipConsent',
      summary: 'Consent as it stands',
      security: BEARER,
      responses: { '200': consentAnswer, ...failures({}) },
    },
    put: {
      operationId: 'whipSetConsent',
      summary:
        'Changes consent: what it leaves out is withdrawn at once; what it gives needs `If-Match` and the subject’s own token',
      security: BEARER,
      parameters: [
        parameter('If-Match', 'header', 'The ETag of the consent that is built on, where something is given.'),
      ],
      requestBody: { required: true, content: { 'application/json': { schema: httpJson['consent-request'] } } },
      responses: {
        '200': consentAnswer,
        ...failures({
          '412': 'Consent was withdrawn since that ETag: nothing is given back.',
          '428': '`If-Match` is missing.',
        }),
      },
    },
    delete: {
      operationId: 'whipWithdraw',
      summary: 'Withdraws all of it, at once; never refused for an amount, nor after the token’s end',
      security: BEARER,
      responses: { '200': consentAnswer, ...failures({}) },
    },
  },
};
