import { z } from 'zod';
import { type Consent, consentSchema, NO_CONSENT, type Source, sourceSchema } from '../common/consent.js';
import { ERROR_CODES } from '../common/errors.js';
import {
  beginEventSchema,
  emotionEventSchema,
  endEventSchema,
  epochSchema,
  gapEventSchema,
  mediaEventSchema,
  mediaProblemSchema,
  participantIdSchema,
  roomIdSchema,
} from '../events/schema.js';
import { requestId, type RequestType } from './requests.js';

/**
 * The protocol: everything that crosses the WebSocket, checked by these schemas on both sides.
 *
 * Client → server: requests (./requests.ts), each with an `id` of the client's choice, answered by one `response` with the same `id`.
 * Server → client: `response`, notifications of the call (`peerJoined`, …) and the events of src/events/schema.ts.
 * The browser bundles both files: they import nothing but zod and constants.
 *
 * A socket authenticates in the HTTP upgrade: `Authorization: Bearer JWT`, or, in browsers, the subprotocols
 * `emostream.v1` and `bearer.JWT` (the server answers with the first).
 */
export const WS_PATH = '/ws';
export const SUBPROTOCOL = 'emostream.v1';
export const TOKEN_SUBPROTOCOL_PREFIX = 'bearer.';

// What mediasoup answers; what clients send to it is checked field by field (src/common/rtp-schema.ts).
const opaque = z.record(z.string(), z.unknown());

export * from './requests.js';
export { consentSchema, NO_CONSENT, sourceSchema };
export type { Consent, Source };

// --- server → client: answers ------------------------------------------------------------------------------------

export const producerInfoSchema = z.strictObject({
  producerId: z.string(),
  source: sourceSchema,
  kind: z.enum(['audio', 'video']),
  paused: z.boolean(),
});
export type ProducerInfo = z.infer<typeof producerInfoSchema>;

export const peerSchema = z.strictObject({
  participant: participantIdSchema,
  name: z.string(),
  consent: consentSchema,
  /** What they say may be read here. */
  showWords: z.boolean(),
  producers: z.array(producerInfoSchema),
});
export type Peer = z.infer<typeof peerSchema>;

const empty = z.strictObject({});
export const resultSchemas = {
  getRouterCapabilities: z.strictObject({ rtpCapabilities: opaque }),
  join: z.strictObject({
    room: roomIdSchema,
    participant: participantIdSchema,
    peers: z.array(peerSchema),
    /** What the server's policy lets be analysed at all; consent cannot exceed it. */
    policy: consentSchema,
    /** Consent as it stands, after the policy. */
    consent: consentSchema,
    showWords: z.boolean(),
  }),
  createTransport: z.strictObject({
    transportId: z.string(),
    iceParameters: opaque,
    iceCandidates: z.array(opaque),
    dtlsParameters: opaque,
  }),
  connectTransport: empty,
  restartIce: z.strictObject({ iceParameters: opaque }),
  produce: z.strictObject({ producerId: z.string() }),
  pauseProducer: empty,
  resumeProducer: empty,
  closeProducer: empty,
  consume: z.strictObject({
    consumerId: z.string(),
    producerId: z.string(),
    participant: participantIdSchema,
    source: sourceSchema,
    kind: z.enum(['audio', 'video']),
    rtpParameters: opaque,
    producerPaused: z.boolean(),
  }),
  resumeConsumer: empty,
  setConsent: z.strictObject({ consent: consentSchema, showWords: z.boolean() }),
  caption: z.strictObject({ shown: z.boolean() }),
  subscribe: z.strictObject({ room: roomIdSchema, epoch: epochSchema, lastSeq: z.number().int().nonnegative() }),
  unsubscribe: empty,
  leave: empty,
} as const satisfies Record<RequestType, z.ZodType>;
export type ResultOf<T extends RequestType> = z.infer<(typeof resultSchemas)[T]>;

export const errorBodySchema = z.strictObject({ code: z.enum(ERROR_CODES), message: z.string() });

export const responseSchema = z.discriminatedUnion('ok', [
  z.strictObject({ type: z.literal('response'), id: requestId, ok: z.literal(true), data: z.unknown() }),
  z.strictObject({ type: z.literal('response'), id: requestId, ok: z.literal(false), error: errorBodySchema }),
]);
export type Response = z.infer<typeof responseSchema>;

// --- server → client: notifications ------------------------------------------------------------------------------

const participant = participantIdSchema;

/**
 * What somebody who shows their words says: told to those in the room (also to the speaker), and to subscribers whose token grants
 * `transcript`. Told once and kept nowhere: not in the journal, so none are resumed, and whoever reads too slowly misses some.
 */
export const wordsSchema = z.strictObject({
  type: z.literal('words'),
  room: roomIdSchema,
  participant,
  /** Names a piece of speech of that seat: what comes later with the same number takes its place (an empty text: it was nothing). */
  segment: z.number().int().positive(),
  text: z.string().max(1000),
  /** When it was said: media time, ms since the epoch on the server's clock. */
  startMs: z.number(),
  endMs: z.number(),
  /** False: partial words. A final text is corrected only by a later final one. */
  final: z.boolean(),
  /** Recognised in the voice, or sent as a caption. */
  source: z.enum(['voice', 'caption']),
  /** BCP 47 tag of what is recognised; null: not known. */
  language: z.string().nullable(),
});
export type Words = z.infer<typeof wordsSchema>;

export const notificationSchema = z.discriminatedUnion('type', [
  /** A message that belongs to no request failed (not JSON, no id, …). The socket stays open unless it says otherwise. */
  z.strictObject({ type: z.literal('error'), error: errorBodySchema }),
  z.strictObject({ type: z.literal('peerJoined'), peer: peerSchema }),
  z.strictObject({
    type: z.literal('peerLeft'),
    participant,
    reason: z.enum(['left', 'timed-out', 'removed', 'token-expired', 'failed']),
  }),
  z.strictObject({ type: z.literal('producerAdded'), participant, producer: producerInfoSchema }),
  z.strictObject({ type: z.literal('producerRemoved'), participant, producerId: z.string() }),
  z.strictObject({ type: z.literal('producerPaused'), participant, producerId: z.string() }),
  z.strictObject({ type: z.literal('producerResumed'), participant, producerId: z.string() }),
  z.strictObject({ type: z.literal('consumerClosed'), consumerId: z.string(), producerId: z.string() }),
  z.strictObject({ type: z.literal('consentChanged'), participant, consent: consentSchema, showWords: z.boolean() }),
  wordsSchema,
  /** Words of this participant are taken back: hidden, without consent any more, or of somebody who left. Show and keep none. */
  z.strictObject({ type: z.literal('wordsWithdrawn'), room: roomIdSchema, participant }),
  /** A mediasoup worker died: the room's media are gone; join again. */
  z.strictObject({ type: z.literal('roomReset') }),
  /**
   * Events from..to (seq of that epoch, inclusive) will not come on this socket. `forgotten`: the person whom they are about
   * withdrew consent or left. `other-epoch`: the numbering that was asked for has ended, nobody knows where (`toSeq` null).
   */
  z.strictObject({
    type: z.literal('missed'),
    room: roomIdSchema,
    epoch: epochSchema,
    fromSeq: z.number().int(),
    toSeq: z.number().int().nullable(),
    reason: z.enum(['expired', 'slow-subscriber', 'forgotten', 'other-epoch']),
  }),
  /**
   * Media of a participant (also the receiver's own) do not get through or exceed a limit; `problem` null: all is well
   * again. Told to everybody in the call.
   */
  z.strictObject({
    type: z.literal('mediaProblem'),
    participant,
    source: sourceSchema,
    problem: mediaProblemSchema.nullable(),
  }),
  /** The access token ends at `expiresAt` (ms): told 60 s before. */
  z.strictObject({ type: z.literal('tokenExpiring'), expiresAt: z.number() }),
  /** It has ended: nothing is granted any more but withdrawing consent and leaving; a seat in the call is kept until `seatUntil`. */
  z.strictObject({ type: z.literal('tokenExpired'), seatUntil: z.number().nullable() }),
  z.strictObject({ type: z.literal('serverClosing') }),
]);
export type Notification = z.infer<typeof notificationSchema>;

export const serverMessageSchema = z.union([
  responseSchema,
  notificationSchema,
  z.discriminatedUnion('type', [
    emotionEventSchema,
    gapEventSchema,
    beginEventSchema,
    endEventSchema,
    mediaEventSchema,
  ]),
]);
export type ServerMessage = z.infer<typeof serverMessageSchema>;

// --- HTTP ---------------------------------------------------------------------------------------------------------

/** `POST /api/token` (open-door mode only: see `openDoor` in the configuration) → { token, expiresAt }. */
export const TOKEN_PATH = '/api/token';
export const tokenRequestSchema = z.strictObject({ room: roomIdSchema });
export const tokenResponseSchema = z.strictObject({ token: z.string(), expiresAt: z.number() });
/** `GET /api/info` → what a page must know before it joins. */
export const INFO_PATH = '/api/info';
export const infoSchema = z.strictObject({
  version: z.string(),
  /** Tokens are given to anybody who asks (development). */
  openDoor: z.boolean(),
  policy: consentSchema,
  engine: z.string(),
  model: z.string(),
  /** Words recognised in voices; `missing`: there is no model. `language`: BCP 47, null where it is not known. */
  speech: z.object({ state: z.enum(['on', 'off', 'missing']), language: z.string().nullable() }),
  /** Pretrained encoders that hear voices, too; `unused`: the model was trained without, `missing`: they are not installed. */
  voiceEncoder: z.enum(['on', 'off', 'unused', 'missing']),
});
export type ServerInfo = z.infer<typeof infoSchema>;

/** Grants a token carries, for one room (or `*`). */
export const grantsSchema = z.strictObject({
  room: z.union([roomIdSchema, z.literal('*')]),
  publish: z.boolean().default(false),
  subscribe: z.boolean().default(false),
  moderate: z.boolean().default(false),
  /** With `subscribe`: the words of those who show them, too. */
  transcript: z.boolean().default(false),
});
export type Grants = z.infer<typeof grantsSchema>;
/** As a token's maker writes them: what is not named is not granted. */
export type GrantsGiven = z.input<typeof grantsSchema>;
