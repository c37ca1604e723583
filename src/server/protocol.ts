import { z } from 'zod';
import { type Consent, consentSchema, NO_CONSENT, type SentSource, type Source } from '../common/consent.js';
import { epochSchema, participantIdSchema, roomEventSchema, roomIdSchema } from '../events/schema.js';
import {
  errorBodySchema,
  notificationSchema,
  peerSchema,
  toldConsentSchema,
  toldSourceSchema,
} from './notifications.js';
import { requestId, type RequestType } from './requests.js';

/**
 * The protocol: everything that crosses the WebSocket, checked by these schemas on both sides.
 *
 * Client → server: requests (./requests.ts), each with an `id` of the client's choice, answered by one `response` with the same `id`.
 * Server → client: `response`, notifications (./notifications.ts) and the events of src/events/schema.ts.
 * How it may change is in docs/protocol.md: requests are strict, and whoever reads what a server says ignores what it does not
 * know. The browser bundles these files: they import nothing but zod and constants.
 *
 * A socket authenticates in the HTTP upgrade: `Authorization: Bearer JWT`, or, in browsers, the subprotocols
 * `emostream.v1` and `bearer.JWT` (the server answers with the first).
 */
export const WS_PATH = '/ws';
export const SUBPROTOCOL = 'emostream.v1';
export const TOKEN_SUBPROTOCOL_PREFIX = 'bearer.';

// What mediasoup answers; what clients send to it is checked field by field (src/common/rtp-schema.ts).
const opaque = z.record(z.string(), z.unknown());

export * from './http-contract.js';
export * from './notifications.js';
export * from './requests.js';
export { consentSchema, NO_CONSENT };
export type { Consent, SentSource, Source };

/** A server for ICE, as browsers take it (https://www.w3.org/TR/webrtc/#rtciceserver-dictionary). */
const iceServerSchema = z.object({ urls: z.array(z.string()), username: z.string(), credential: z.string() });
export type IceServer = z.infer<typeof iceServerSchema>;

const empty = z.object({});
export const resultSchemas = {
  getRouterCapabilities: z.object({ rtpCapabilities: opaque }),
  join: z.object({
    room: roomIdSchema,
    participant: participantIdSchema,
    peers: z.array(peerSchema),
    policy: toldConsentSchema.describe('What the server’s policy lets be analysed at all; consent cannot exceed it.'),
    consent: toldConsentSchema.describe('Consent as it stands, after the policy.'),
    showWords: z.boolean(),
    ticket: z
      .string()
      .optional()
      .describe(
        'Takes this seat again after a lost connection: in `join`, and, where the access token has ended, in its place when connecting. Secret.',
      ),
  }),
  createTransport: z.object({
    transportId: z.string(),
    iceParameters: opaque,
    iceCandidates: z.array(opaque),
    dtlsParameters: opaque,
    iceServers: z
      .array(iceServerSchema)
      .optional()
      .describe('Relays, where there are any: for this person, and for a time.'),
  }),
  connectTransport: empty,
  restartIce: z.object({ iceParameters: opaque }),
  produce: z.object({ producerId: z.string() }),
  pauseProducer: empty,
  resumeProducer: empty,
  closeProducer: empty,
  consume: z.object({
    consumerId: z.string(),
    producerId: z.string(),
    participant: participantIdSchema,
    source: toldSourceSchema,
    kind: z.enum(['audio', 'video']),
    rtpParameters: opaque,
    producerPaused: z.boolean(),
  }),
  resumeConsumer: empty,
  setConsent: z.object({ consent: toldConsentSchema, showWords: z.boolean() }),
  caption: z.object({ shown: z.boolean() }),
  subscribe: z.object({ room: roomIdSchema, epoch: epochSchema, lastSeq: z.number().int().nonnegative() }),
  unsubscribe: empty,
  roster: z.object({
    room: roomIdSchema,
    participants: z.array(
      z.object({
        participant: participantIdSchema,
        name: z.string().nullable().describe('Null where the token does not grant `names`.'),
        consent: toldConsentSchema.describe('What of them may be analysed.'),
        replayed: z.boolean().optional().describe('Of a recording that is replayed: nobody is there.'),
      }),
    ),
  }),
  renew: z.object({ expiresAt: z.number().describe('When the new token ends, ms since the epoch.') }),
  removeParticipant: z.object({ until: z.number().describe('When they may come back, ms since the epoch.') }),
  stopAnalysis: empty,
  allowAnalysis: empty,
  endRoom: empty,
  startRecording: z.object({ recording: z.string().describe('Names the recording.') }),
  stopRecording: empty,
  agreeToRecording: z.object({ agreed: z.boolean() }),
  beginReplay: z.object({ room: roomIdSchema }),
  replayEvents: z.object({ published: z.number().int().nonnegative() }),
  endReplay: empty,
  leave: empty,
} as const satisfies Record<RequestType, z.ZodType>;
export type ResultOf<T extends RequestType> = z.infer<(typeof resultSchemas)[T]>;

export const responseSchema = z.discriminatedUnion('ok', [
  z.object({ type: z.literal('response'), id: requestId, ok: z.literal(true), data: z.unknown() }),
  z.object({ type: z.literal('response'), id: requestId, ok: z.literal(false), error: errorBodySchema }),
]);
export type Response = z.infer<typeof responseSchema>;

export const serverMessageSchema = z.union([responseSchema, notificationSchema, roomEventSchema]);
export type ServerMessage = z.infer<typeof serverMessageSchema>;
