import { z } from 'zod';
import { DEVICE_KINDS, PASSED_OVER } from '../common/engine-names.js';
import { consentSchema } from '../common/consent.js';
import { isVisible } from '../common/person-name.js';
import { openEnum } from '../common/open-enum.js';
import { roomIdSchema } from '../events/schema.js';

// What clients ask over HTTP, and what an access token grants. The browser bundles this file, as it does ./protocol.ts.

/** Every route but the page, its files and the schemas. */
export type ApiPath =
  | typeof TOKEN_PATH
  | typeof INFO_PATH
  | typeof GRANTS_PATH
  | typeof MODERATE_PATH
  | '/metrics'
  | '/healthz'
  | '/readyz'
  | '/asyncapi.json'
  | '/openapi.json';

/** `POST /api/token` (open-door mode only: see `openDoor` in the configuration) → { token, expiresAt }. */
export const TOKEN_PATH = '/api/token';
export const tokenRequestSchema = z.strictObject({
  room: roomIdSchema,
  subject: z
    .literal('new')
    .optional()
    .describe('The token names a new person: its bearer keeps one participant id, and can declare consent at /whip.'),
});
export const tokenResponseSchema = z.object({
  token: z.string(),
  expiresAt: z.number().describe('Milliseconds since the epoch.'),
});

/** `GET /api/info` → what a page must know before it joins. */
export const INFO_PATH = '/api/info';
export const infoSchema = z.object({
  version: z.string(),
  protocols: z
    .array(z.string())
    .default([])
    .describe('Versions of the protocol that are spoken: WebSocket subprotocols.'),
  openDoor: z.boolean().describe('Tokens are given to anybody who asks (development).'),
  policy: z.object(consentSchema.shape).describe('What may be analysed at all on this server.'),
  engine: z.string(),
  engineDevice: z
    .object({ kind: openEnum(DEVICE_KINDS), name: z.string() })
    .optional()
    .describe('What the engine computes on.'),
  passedOver: z
    .array(z.object({ engine: z.string(), why: openEnum(PASSED_OVER) }))
    .default([])
    .describe('Better engines, the best first, and why they are not in use; none of an engine that was named.'),
  model: z.string(),
  speech: z
    .object({ state: openEnum(['on', 'off', 'missing']), language: z.string().nullable() })
    .describe(
      'Words recognised in voices; `missing`: there is no model. `language`: BCP 47, null where it is not known.',
    ),
  voiceEncoder: openEnum(['on', 'off', 'unused', 'missing']).describe(
    'Pretrained encoders that hear voices, too; `unused`: the model was trained without, `missing`: they are not installed.',
  ),
});
export type ServerInfo = z.infer<typeof infoSchema>;

/** What a person calls themselves. */
export const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .refine(isVisible, 'a name needs something that can be seen: a letter, a digit or a sign');

/** Grants a token carries, for one room (or `*`). */
export const grantsSchema = z.strictObject({
  room: z.union([roomIdSchema, z.literal('*')]),
  publish: z.boolean().default(false).describe('May join the call.'),
  subscribe: z.boolean().default(false).describe('May receive events.'),
  moderate: z.boolean().default(false).describe('May remove people, stop their analysis and end the call.'),
  transcript: z.boolean().default(false).describe('With `subscribe`: the words of those who show them, too.'),
  names: z.boolean().default(false).describe('With `subscribe`: what people call themselves, in `begin` and `roster`.'),
  record: z.boolean().default(false).describe('May have the results of those recorded who agree to it.'),
  replay: z.boolean().default(false).describe('May publish recorded events, in a room without live people.'),
});
export type Grants = z.infer<typeof grantsSchema>;
/** As a token's maker writes them: what is not named is not granted. */
export type GrantsGiven = z.input<typeof grantsSchema>;

/** Senders by WHIP (RFC 9725): an offer is posted to `/whip/ROOM`. */
export const WHIP_PATHS = ['/whip/{room}', '/whip/{room}/{session}', '/whip/{room}/{session}/consent'] as const;

/** Body of `PUT /whip/ROOM/SESSION/consent`. */
export const consentRequestSchema = z.strictObject({
  consent: consentSchema,
  showWords: z.boolean().default(false),
  recording: z
    .boolean()
    .default(false)
    .describe(
      'Recordings of the call may hold this person’s results: this one, and such as begin while they are here.',
    ),
});

/** What is answered about the consent of a sender by WHIP. */
export const consentAnswerSchema = z.object({
  generation: z.number().int().positive().describe('Raised whenever anything is withdrawn; the ETag is made of it.'),
  consent: z.object(consentSchema.shape).describe('What may be analysed, after the policy.'),
  showWords: z.boolean(),
});

/** `GET /api/grants` with `Authorization: Bearer …` → what that token (or the ticket of a seat) is good for. */
export const GRANTS_PATH = '/api/grants';
export const grantsAnswerSchema = z.object({
  grants: z.object(grantsSchema.shape),
  expiresAt: z.number().describe('When it ends, ms since the epoch.'),
});
export type GrantsAnswer = z.infer<typeof grantsAnswerSchema>;

/** `POST /api/moderate` with `Authorization: Bearer …` and what a moderator asks → the answer that the socket gives. */
export const MODERATE_PATH = '/api/moderate';
