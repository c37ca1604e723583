import { z } from 'zod';
import { consentSchema, sentSourceSchema } from '../common/consent.js';
import { dtlsParametersSchema, rtpCapabilitiesSchema, rtpParametersSchema } from '../common/rtp-schema.js';
import { epochSchema, EVENT_TYPES, participantIdSchema, roomEventSchema, roomIdSchema } from '../events/schema.js';
import { nameSchema } from './http-contract.js';

// What clients ask: the other half of the protocol is in ./protocol.ts, which hands this on. Strict: what a server
// does not know it refuses, so that nobody takes a wish for granted that it never read.

const direction = z.enum(['send', 'recv']);
export const requestId = z.number().int().nonnegative();
/** Of a transport, producer or consumer: mediasoup gives UUIDs. */
const objectId = z.string().min(1).max(64);

/**
 * Those in the room, and subscribers whose token grants `transcript`, may read what is said as `words`: recognised words with
 * consent to voice and words, captions with consent to words. Not said: no. Off, like all words, as soon as consent to words is.
 */
const showWords = z.boolean().default(false);

/** Of whom a moderator speaks. */
const someone = { room: roomIdSchema.optional(), participant: participantIdSchema };
/** What somebody said, in one piece. */
export const captionTextSchema = z.string().trim().min(1).max(1000);

const requests = {
  /** → { rtpCapabilities } of the router. Needs no join. */
  getRouterCapabilities: z.strictObject({ type: z.literal('getRouterCapabilities'), id: requestId }),
  /**
   * Takes a seat in the token's room; a token for every room (`*`) must name one. With the `ticket` of a seat that was lost, that seat
   * again, under the same participant id; a ticket that is not good any more is passed over. → JoinResult
   */
  join: z.strictObject({
    type: z.literal('join'),
    id: requestId,
    room: roomIdSchema.optional(),
    name: nameSchema,
    rtpCapabilities: rtpCapabilitiesSchema,
    consent: consentSchema,
    showWords,
    ticket: z.string().min(1).max(128).optional(),
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
  /** One producer of each source at most. A screen is forwarded to the others and never analysed. → { producerId } */
  produce: z.strictObject({
    type: z.literal('produce'),
    id: requestId,
    transportId: objectId,
    source: sentSourceSchema,
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
  /** What may be analysed, and whether the words are shown, from now on. Withdrawing takes effect at once. */
  setConsent: z.strictObject({ type: z.literal('setConsent'), id: requestId, consent: consentSchema, showWords }),
  /**
   * Words the participant said or typed. Times are on the client's clock (Date.now()), ms; `sentMs` is that clock when
   * the message was sent, so that the server needs no clock synchronisation: it counts back from the arrival.
   * → { shown }: whether those in the room are told it
   */
  caption: z.strictObject({
    type: z.literal('caption'),
    id: requestId,
    text: captionTextSchema,
    startMs: z.number(),
    endMs: z.number(),
    sentMs: z.number(),
  }),
  /**
   * Events of a room: of the token's, or of the one that is named with a token for every room (`*`). With `sinceSeq`, first those
   * after it that the journal still holds, then live; `missed` tells what it no longer holds. `epoch` names the numbering that
   * `sinceSeq` is of (every event carries it); when the room's is another by now, `missed` says so and everything that is held
   * follows. A socket has one subscription a room; a second one takes its place. → SubscribeResult
   */
  subscribe: z.strictObject({
    type: z.literal('subscribe'),
    id: requestId,
    room: roomIdSchema.optional(),
    sinceSeq: z.number().int().nonnegative().optional(),
    epoch: epochSchema.optional(),
    participants: z
      .array(participantIdSchema)
      .min(1)
      .max(64)
      .optional()
      .describe('Only what is about these; without it, about everybody.'),
    types: z.array(z.enum(EVENT_TYPES)).min(1).optional().describe('Only events of these types; without it, all.'),
    every: z
      .number()
      .int()
      .min(1)
      .max(3600)
      .optional()
      .describe(
        'Only every so manieth second: emotion and gap events of windows whose start, in whole seconds since the epoch, it divides.',
      ),
    record: z
      .literal(true)
      .optional()
      .describe(
        'To be kept: needs the grant `record` and not `subscribe`. Everybody in the room is told and asked; only what is about those who ' +
          'agree comes, from then on, whatever `sinceSeq` says; words with the grant `transcript`. Ends with the subscription.',
      ),
  }),
  /** Ends the subscription to the room that is named, or all of this socket. */
  unsubscribe: z.strictObject({ type: z.literal('unsubscribe'), id: requestId, room: roomIdSchema.optional() }),
  /** Who is in a room at the moment. Needs the grant `subscribe`; names, `names`. → RosterResult */
  roster: z.strictObject({ type: z.literal('roster'), id: requestId, room: roomIdSchema.optional() }),
  /**
   * Goes on with another token: of the same room and subject, and granting at least the same. Also in the grace after the old one's end;
   * subscriptions that ended with it are not brought back. → { expiresAt }
   */
  renew: z.strictObject({ type: z.literal('renew'), id: requestId, token: z.string().min(1).max(8192) }),
  /**
   * Needs the grant `moderate`, as do the next three. Removes somebody from the call: they are told, and cannot come back with the same token
   * or subject for the time that the server's `removalTime` says. → { until }
   */
  removeParticipant: z.strictObject({ type: z.literal('removeParticipant'), id: requestId, ...someone }),
  /** Takes somebody's consent away for them; they can give it anew only when it is allowed again. */
  stopAnalysis: z.strictObject({ type: z.literal('stopAnalysis'), id: requestId, ...someone }),
  /** They may consent again; nothing is analysed until they do. */
  allowAnalysis: z.strictObject({ type: z.literal('allowAnalysis'), id: requestId, ...someone }),
  /** Ends the call of everybody in it. */
  endRoom: z.strictObject({ type: z.literal('endRoom'), id: requestId, room: roomIdSchema.optional() }),
  /**
   * Needs the grant `record`. The server writes the room's results itself, of those who agree, until it is told to stop or nobody is in
   * the room any more; words, too, with the grant `transcript`. → { recording }
   */
  startRecording: z.strictObject({ type: z.literal('startRecording'), id: requestId, room: roomIdSchema.optional() }),
  /** Needs the grant `record`. Ends what the server writes. */
  stopRecording: z.strictObject({ type: z.literal('stopRecording'), id: requestId, room: roomIdSchema.optional() }),
  /**
   * The answer to `recording`, at any time: whether one's own results may be in that recording. Not to agree takes effect at once.
   * → { agreed }
   */
  agreeToRecording: z.strictObject({
    type: z.literal('agreeToRecording'),
    id: requestId,
    recording: z.string().min(1).max(64),
    agreed: z.boolean(),
  }),
  /** Needs the grant `replay`, as do the next two. Begins a replay in a room where nobody is; it ends with the socket. → { room } */
  beginReplay: z.strictObject({ type: z.literal('beginReplay'), id: requestId, room: roomIdSchema.optional() }),
  /** Recorded events, to be published now. Room, `epoch`, `seq` and participant become the room's own. → { published } */
  replayEvents: z.strictObject({
    type: z.literal('replayEvents'),
    id: requestId,
    room: roomIdSchema.optional(),
    events: z.array(roomEventSchema).min(1).max(32),
  }),
  endReplay: z.strictObject({ type: z.literal('endReplay'), id: requestId, room: roomIdSchema.optional() }),
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
  requests.roster,
  requests.renew,
  requests.removeParticipant,
  requests.stopAnalysis,
  requests.allowAnalysis,
  requests.endRoom,
  requests.startRecording,
  requests.stopRecording,
  requests.agreeToRecording,
  requests.beginReplay,
  requests.replayEvents,
  requests.endReplay,
  requests.leave,
]);
/** What a moderator may ask, on the socket or by `POST /api/moderate`. */
export const moderationSchema = z.discriminatedUnion('type', [
  requests.removeParticipant.omit({ id: true }),
  requests.stopAnalysis.omit({ id: true }),
  requests.allowAnalysis.omit({ id: true }),
  requests.endRoom.omit({ id: true }),
]);
export type ModerationAsked = z.infer<typeof moderationSchema>;
export type Request = z.infer<typeof requestSchema>;
export type RequestType = Request['type'];
export type RequestOf<T extends RequestType> = Extract<Request, { type: T }>;
/** A request as the caller writes it: without the envelope. */
export type RequestData<T extends RequestType> = Omit<
  Extract<z.input<typeof requestSchema>, { type: T }>,
  'type' | 'id'
>;
