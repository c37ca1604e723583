import { z } from 'zod';
import { type Consent, consentSchema, NO_CONSENT, type Source, sourceSchema } from '../common/consent.js';
import { ERROR_CODES } from '../common/errors.js';
import { dtlsParametersSchema, rtpCapabilitiesSchema, rtpParametersSchema } from '../common/rtp-schema.js';
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

/**
 * The one protocol file: everything that crosses the WebSocket, checked by these schemas on both sides.
 *
 * Client → server: requests, each with an `id` of the client's choice, answered by one `response` with the same `id`.
 * Server → client: `response`, notifications of the call (`peerJoined`, …) and the events of src/events/schema.ts.
 * The browser bundles this file: it imports nothing but zod and constants.
 *
 * A socket authenticates in the HTTP upgrade: `Authorization: Bearer JWT`, or, in browsers, the subprotocols
 * `emostream.v1` and `bearer.JWT` (the server answers with the first).
 */
export const WS_PATH = '/ws';
export const SUBPROTOCOL = 'emostream.v1';
export const TOKEN_SUBPROTOCOL_PREFIX = 'bearer.';

// What mediasoup answers; what clients send to it is checked field by field (src/common/rtp-schema.ts).
const opaque = z.record(z.string(), z.unknown());

export { consentSchema, NO_CONSENT, sourceSchema };
export type { Consent, Source };

const direction = z.enum(['send', 'recv']);
const requestId = z.number().int().nonnegative();
/** Of a transport, producer or consumer: mediasoup gives UUIDs. */
const objectId = z.string().min(1).max(64);

// --- client → server ---------------------------------------------------------------------------------------------

const requests = {
  /** → { rtpCapabilities } of the router. Needs no join. */
  getRouterCapabilities: z.strictObject({ type: z.literal('getRouterCapabilities'), id: requestId }),
  /** Takes a seat in the token's room; a token for every room (`*`) must name one. → JoinResult */
  join: z.strictObject({
    type: z.literal('join'),
    id: requestId,
    room: roomIdSchema.optional(),
    name: z.string().trim().min(1).max(64),
    rtpCapabilities: rtpCapabilitiesSchema,
    consent: consentSchema,
  }),
  /** → TransportResult */
  createTransport: z.strictObject({ type: z.literal('createTransport'), id: requestId, direction }),
  connectTransport: z.strictObject({
    type: z.literal('connectTransport'),
    id: requestId,
    transportId: objectId,
    dtlsParameters: dtlsParametersSchema,
  }),
  /** → { iceParameters } */
  restartIce: z.strictObject({ type: z.literal('restartIce'), id: requestId, transportId: objectId }),
  /** → { producerId } */
  produce: z.strictObject({
    type: z.literal('produce'),
    id: requestId,
    transportId: objectId,
    source: sourceSchema,
    kind: z.enum(['audio', 'video']),
    rtpParameters: rtpParametersSchema,
  }),
  pauseProducer: z.strictObject({ type: z.literal('pauseProducer'), id: requestId, producerId: objectId }),
  resumeProducer: z.strictObject({ type: z.literal('resumeProducer'), id: requestId, producerId: objectId }),
  closeProducer: z.strictObject({ type: z.literal('closeProducer'), id: requestId, producerId: objectId }),
  /** → ConsumeResult; the consumer starts paused. */
  consume: z.strictObject({
    type: z.literal('consume'),
    id: requestId,
    transportId: objectId,
    producerId: objectId,
  }),
  resumeConsumer: z.strictObject({ type: z.literal('resumeConsumer'), id: requestId, consumerId: objectId }),
  /** What may be analysed, from now on. Withdrawing takes effect at once. */
  setConsent: z.strictObject({ type: z.literal('setConsent'), id: requestId, consent: consentSchema }),
  /**
   * Words the participant said or typed. Times are on the client's clock (Date.now()), ms; `sentMs` is that clock when
   * the message was sent, so that the server needs no clock synchronisation: it counts back from the arrival.
   */
  caption: z.strictObject({
    type: z.literal('caption'),
    id: requestId,
    text: z.string().trim().min(1).max(1000),
    startMs: z.number(),
    endMs: z.number(),
    sentMs: z.number(),
  }),
  /**
   * Emotion events of the token's room. With `sinceSeq`, first those after it that the journal still holds, then live;
   * `missed` tells what it no longer holds. `epoch` names the numbering that `sinceSeq` is of (every event carries it); when
   * the room's is another by now, `missed` says so and everything that is held follows. A token for every room (`*`) must name one; a socket has one subscription at
   * a time, a second one takes the place of the first. → SubscribeResult
   */
  subscribe: z.strictObject({
    type: z.literal('subscribe'),
    id: requestId,
    room: roomIdSchema.optional(),
    sinceSeq: z.number().int().nonnegative().optional(),
    epoch: epochSchema.optional(),
  }),
  unsubscribe: z.strictObject({ type: z.literal('unsubscribe'), id: requestId }),
  /** Leaves the call; the socket stays open. */
  leave: z.strictObject({ type: z.literal('leave'), id: requestId }),
} as const;

export const requestSchema = z.discriminatedUnion('type', [
  requests.getRouterCapabilities,
  requests.join,
  requests.createTransport,
  requests.connectTransport,
  requests.restartIce,
  requests.produce,
  requests.pauseProducer,
  requests.resumeProducer,
  requests.closeProducer,
  requests.consume,
  requests.resumeConsumer,
  requests.setConsent,
  requests.caption,
  requests.subscribe,
  requests.unsubscribe,
  requests.leave,
]);
export type Request = z.infer<typeof requestSchema>;
export type RequestType = Request['type'];
export type RequestOf<T extends RequestType> = Extract<Request, { type: T }>;
/** A request as the caller writes it: without the envelope. */
export type RequestData<T extends RequestType> = Omit<RequestOf<T>, 'type' | 'id'>;

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
  setConsent: z.strictObject({ consent: consentSchema }),
  caption: empty,
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
  z.strictObject({ type: z.literal('consentChanged'), participant, consent: consentSchema }),
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
});
export type ServerInfo = z.infer<typeof infoSchema>;

/** Grants a token carries, for one room (or `*`). */
export const grantsSchema = z.strictObject({
  room: z.union([roomIdSchema, z.literal('*')]),
  publish: z.boolean().default(false),
  subscribe: z.boolean().default(false),
  moderate: z.boolean().default(false),
});
export type Grants = z.infer<typeof grantsSchema>;
