import { z } from 'zod';
import { consentSchema, SENT_SOURCES } from '../common/consent.js';
import { ERROR_CODES } from '../common/errors.js';
import { openEnum } from '../common/open-enum.js';
import { epochSchema, mediaProblemSchema, participantIdSchema, roomIdSchema } from '../events/schema.js';

// What the server tells without being asked, beside the events of a room (src/events/schema.ts). The browser bundles this file.

const participant = participantIdSchema;
/** Consent as it is told: a modality that is added later is no mistake. */
export const toldConsentSchema = z.object(consentSchema.shape);

export const errorBodySchema = z.object({
  code: openEnum(ERROR_CODES),
  message: z.string(),
  url: z.string().optional().describe('Of `MOVED`: the address of the server that has the room.'),
});

/** Of a track as it is told: a source that is added later is no mistake, and nothing that a client must show. */
export const toldSourceSchema = openEnum(SENT_SOURCES);

export const producerInfoSchema = z.object({
  producerId: z.string(),
  source: toldSourceSchema,
  kind: z.enum(['audio', 'video']),
  paused: z.boolean(),
});
export type ProducerInfo = z.infer<typeof producerInfoSchema>;

export const peerSchema = z.object({
  participant,
  name: z.string(),
  consent: toldConsentSchema,
  showWords: z.boolean().describe('What they say may be read here.'),
  producers: z.array(producerInfoSchema),
});
export type Peer = z.infer<typeof peerSchema>;

export const wordsSchema = z
  .object({
    type: z.literal('words'),
    room: roomIdSchema,
    participant,
    segment: z
      .number()
      .int()
      .positive()
      .describe(
        'Names a piece of speech of that seat: what comes later with the same number takes its place (an empty text: it was nothing).',
      ),
    text: z.string().max(1000),
    startMs: z.number().describe('When it was said: media time, ms since the epoch on the server’s clock.'),
    endMs: z.number(),
    final: z.boolean().describe('False: partial words. A final text is corrected only by a later final one.'),
    source: z.enum(['voice', 'caption']).describe('Recognised in the voice, or sent as a caption.'),
    language: z.string().nullable().describe('BCP 47 tag of what is recognised; null: not known.'),
  })
  .describe(
    'What somebody who shows their words says: told to those in the room (also to the speaker), and to subscribers whose token ' +
      'grants `transcript`. Told once and kept nowhere: none are resumed, and whoever reads too slowly misses some.',
  );
export type Words = z.infer<typeof wordsSchema>;

export const MISSED_REASONS = ['expired', 'slow-subscriber', 'forgotten', 'lost', 'other-epoch'] as const;

export const beatSchema = z
  .object({
    type: z.literal('beat'),
    at: z.number().describe('Server wall clock, ms since the epoch.'),
    everyMs: z.number().int().positive().describe('A message comes at least so often, in silence a beat.'),
    rooms: z
      .array(z.object({ room: roomIdSchema, epoch: epochSchema, seq: z.number().int().nonnegative() }))
      .describe(
        'Per subscription of this socket that is not behind: the newest number of the room. Whatever was wanted up to it has been sent.',
      ),
  })
  .describe(
    'The connection stands. Comes right after the socket opens and after `everyMs` of silence; a client that heard one and then ' +
      'nothing for three times as long takes the connection for dead, connects again and resumes.',
  );
export type Beat = z.infer<typeof beatSchema>;

export const notificationSchema = z.discriminatedUnion('type', [
  z
    .object({ type: z.literal('error'), error: errorBodySchema })
    .describe(
      'A message that belongs to no request failed (not JSON, no id, …). The socket stays open unless it says otherwise.',
    ),
  z.object({ type: z.literal('peerJoined'), peer: peerSchema }),
  z.object({
    type: z.literal('peerLeft'),
    participant,
    reason: openEnum(['left', 'timed-out', 'removed', 'token-expired', 'failed']),
  }),
  z.object({ type: z.literal('producerAdded'), participant, producer: producerInfoSchema }),
  z.object({ type: z.literal('producerRemoved'), participant, producerId: z.string() }),
  z.object({ type: z.literal('producerPaused'), participant, producerId: z.string() }),
  z.object({ type: z.literal('producerResumed'), participant, producerId: z.string() }),
  z.object({ type: z.literal('consumerClosed'), consumerId: z.string(), producerId: z.string() }),
  z.object({ type: z.literal('consentChanged'), participant, consent: toldConsentSchema, showWords: z.boolean() }),
  z
    .object({ type: z.literal('analysisAllowed'), participant, allowed: z.boolean() })
    .describe(
      'A moderator stopped the analysis of somebody, whose consent ended with it and cannot be given anew (`allowed` false), or allowed it ' +
        'again, for them to consent to. Told to everybody in the call, and to who comes back while it is not allowed.',
    ),
  z
    .object({ type: z.literal('roomEnded'), room: roomIdSchema })
    .describe('A moderator ended the call: everybody has left it. Do not join again by yourself.'),
  wordsSchema,
  z
    .object({ type: z.literal('wordsWithdrawn'), room: roomIdSchema, participant })
    .describe(
      'Words of this participant are taken back: hidden, without consent any more, or of somebody who left. Show and keep none.',
    ),
  z
    .object({
      type: z.literal('recording'),
      room: roomIdSchema,
      recording: z
        .string()
        .nullable()
        .describe('Names it, in the answer (`agreeToRecording`); null: no recording runs any more.'),
      agreed: z.boolean().describe('The receiver’s own results are in it.'),
    })
    .describe(
      'The results of this call are being recorded, of those who agree: told to everybody in it when a recording begins or ends, to who ' +
        'comes while one runs, and to whose agreement ended because they withdrew consent. By whom, and how the others answered, is not told.',
    ),
  z
    .object({ type: z.literal('replayEnded'), room: roomIdSchema, reason: openEnum(['live', 'closed']) })
    .describe('To whoever replays: it was ended, `live` because people came into the room.'),
  z.object({ type: z.literal('roomReset') }).describe('A media worker died: the room’s media are gone; join again.'),
  z
    .object({
      type: z.literal('missed'),
      room: roomIdSchema,
      epoch: epochSchema,
      fromSeq: z.number().int(),
      toSeq: z.number().int().nullable(),
      reason: openEnum(MISSED_REASONS),
    })
    .describe(
      'Events from..to (seq of that epoch, inclusive) will not come on this socket. `forgotten`: the person whom they are about ' +
        'withdrew consent or left. `lost`: another node could not send them on. `other-epoch`: the numbering that was asked for, or that ' +
        'another node went on with, has ended, nobody knows where (`toSeq` null).',
    ),
  z
    .object({
      type: z.literal('mediaProblem'),
      participant,
      source: toldSourceSchema,
      problem: mediaProblemSchema.nullable(),
    })
    .describe(
      'Media of a participant (also the receiver’s own) do not get through or exceed a limit (of a screen, only the latter); `problem` null: all is well again. ' +
        'Told to everybody in the call.',
    ),
  z
    .object({ type: z.literal('tokenExpiring'), expiresAt: z.number() })
    .describe('The access token ends at `expiresAt` (ms): told 60 s before.'),
  z
    .object({ type: z.literal('tokenExpired'), seatUntil: z.number().nullable() })
    .describe(
      'It has ended: nothing is granted any more but withdrawing consent and leaving; a seat in the call is kept until `seatUntil`.',
    ),
  z.object({ type: z.literal('serverClosing') }),
  z
    .object({ type: z.literal('moved'), room: roomIdSchema, url: z.string() })
    .describe(
      'The call is on another server now: the seat here is gone, and the socket closes (4004). Connect to `url` with the same token and ' +
        'join there. Follow only to `http:` and `https:`, and from TLS only to TLS.',
    ),
  z
    .object({ type: z.literal('nodes'), urls: z.array(z.string()) })
    .describe(
      'Addresses of the servers that share their rooms with this one, itself first; told when the socket opens and when they change, only ' +
        'where there are others. Whoever loses this one can come in by any of them.',
    ),
  beatSchema,
]);
export type Notification = z.infer<typeof notificationSchema>;
