import { z } from 'zod';
import { sourceSchema } from '../common/consent.js';
import { EMOTIONS } from '../common/emotions.js';
import { GAP_REASONS } from '../common/gap-reasons.js';
import { MEDIA_PROBLEMS, type MediaProblem } from '../common/media-problem.js';
import { MOST_FACES } from '../common/most-faces.js';
import { openEnum } from '../common/open-enum.js';

/**
 * The event contract: one zod schema per message, from which the wire check, the TypeScript types, the JSON Schemas and the
 * client libraries derive. This file is bundled into the browser: it imports nothing but zod and constants.
 *
 * What a later server of the same version adds is ignored by readers (docs/protocol.md): objects drop fields that are not named
 * here, and an enumeration that may grow is an `openEnum`.
 */

export const roomIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'a room is 1 to 64 letters, digits, "-" or "_"');
export const participantIdSchema = z.string().min(1).max(64);
export const epochSchema = z.string().min(1).max(32);

const probability = z.number().min(0).max(1);
export const scoresSchema = z.object({
  neutral: probability,
  happy: probability,
  sad: probability,
  angry: probability,
  fearful: probability,
  disgusted: probability,
  surprised: probability,
});
export type Scores = z.infer<typeof scoresSchema>;

/** `off`: no track, a muted one, or no consent; `stalled`: the track is there but no media comes; `live`: media comes. */
export const trackStateSchema = z.enum(['off', 'stalled', 'live']);

const modalityFields = {
  state: trackStateSchema,
  present: z.boolean().describe('True when the window holds a face, a voice or words.'),
  weight: probability.describe("Fusion weight; the present modalities' weights sum to 1."),
  scores: scoresSchema.nullable().describe("This modality's own opinion, null when absent."),
  quality: z.record(z.string(), z.number()).describe('Named figures, each 0..1; empty when absent.'),
};
export const modalitySchema = z.object(modalityFields);
/** In fractions of the picture, origin top left. */
const boxSchema = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });
export const faceModalitySchema = z.object({
  ...modalityFields,
  box: boxSchema.nullable().describe('Where the face was last seen, in fractions of the picture; null when absent.'),
});

export const seenFaceSchema = z.object({
  id: z
    .string()
    .min(1)
    .max(64)
    .describe('Stays the same as long as the same face is followed, and is never given to another.'),
  box: boxSchema,
  judged: z.boolean().describe('`face` and the fused scores are of this one.'),
  label: z.enum(EMOTIONS).nullish().describe('By this face alone, as all that follows; null or absent: no answer.'),
  uncertain: z.boolean().optional(),
  confidence: probability.optional(),
  scores: scoresSchema.nullish().describe('Of this face alone, where it was judged.'),
  smoothed: scoresSchema.nullish().describe('Smoothed over the last seconds of this face, for display.'),
  valence: z.number().min(-1).max(1).nullish(),
  arousal: z.number().min(-1).max(1).nullish(),
  quality: z.record(z.string(), z.number()).optional().describe('As of `face`.'),
});
export type SeenFace = z.infer<typeof seenFaceSchema>;

/** Milliseconds between the stations of a window's way; `total` runs from the window's end to publishing. */
export const latencySchema = z.object({
  capture: z
    .number()
    .nullable()
    .describe('Capture of the newest media in the window → its arrival; null when no media came.'),
  decode: z.number().nullable().describe('Arrival → decoded; null when no media came.'),
  close: z.number().describe('Window end (media time) → window closed.'),
  features: z.number().describe('Window closed → features ready.'),
  queue: z.number().describe('Waiting for a batch.'),
  inference: z.number(),
  publish: z.number(),
  total: z.number(),
});

const envelope = {
  room: roomIdSchema,
  participant: participantIdSchema,
  epoch: epochSchema.describe(
    "Names the room's numbering: random, new whenever `seq` begins anew (the server was restarted, or the room was forgotten after everybody had left). Numbers of different epochs have nothing to do with each other.",
  ),
  seq: z
    .number()
    .int()
    .positive()
    .describe(
      'Per room and epoch, starts at 1, no holes: a hole seen by a subscriber is a loss, and `missed` says which.',
    ),
};
/** Not of `media`, whose `source` is the track: those are not replayed. */
const origin = {
  source: openEnum(['replay'])
    .optional()
    .describe('`replay`: a recorded event that is published once more; absent: of people who are there.'),
};
const windowSchema = z.object({
  start: z
    .number()
    .describe(
      "Media time, ms since the epoch; the window is [start, end), a second long. Not everybody's begin with the whole second.",
    ),
  end: z.number(),
});

export const emotionEventSchema = z
  .object({
    type: z.literal('emotion'),
    ...envelope,
    ...origin,
    window: windowSchema,
    revision: z.number().int().nonnegative().describe('0 first; +1 each time late words change the window.'),
    label: z.enum(EMOTIONS).nullable().describe('Null when no modality was present.'),
    uncertain: z.boolean().describe('The label is a guess: confidence is below the threshold of the model card.'),
    confidence: probability,
    scores: scoresSchema.nullable(),
    smoothed: scoresSchema
      .nullable()
      .describe('Scores smoothed over the last seconds, for display; null until a modality was present.'),
    valence: z.number().min(-1).max(1).nullable(),
    arousal: z.number().min(-1).max(1).nullable(),
    face: faceModalitySchema,
    faces: z
      .array(seenFaceSchema)
      .max(MOST_FACES)
      .optional()
      .describe(
        'Every face of the picture, where the server tells several apart; absent where it judges one face alone, as `face`.',
      ),
    voice: modalitySchema,
    words: modalitySchema,
    engine: z.object({ name: z.string(), model: z.string() }),
    latency: latencySchema,
  })
  .describe('What one second of a participant expresses: by face, voice and words, each by itself and fused.');
export type EmotionEvent = z.infer<typeof emotionEventSchema>;

export const gapEventSchema = z
  .object({
    type: z.literal('gap'),
    ...envelope,
    ...origin,
    window: windowSchema,
    reason: openEnum(GAP_REASONS).describe(
      '`consent-changed`: the window was measured under a consent that ended before it could be published.',
    ),
  })
  .describe('A window of this participant that has no emotion event, and why.');
export type GapEvent = z.infer<typeof gapEventSchema>;

export const beginEventSchema = z
  .object({
    type: z.literal('begin'),
    ...envelope,
    ...origin,
    at: z.number(),
    analysed: z.object({ face: z.boolean(), voice: z.boolean(), words: z.boolean() }),
    name: z
      .string()
      .optional()
      .describe(
        'What the person calls themselves: only for tokens that grant `names`, while the person is in the room.',
      ),
  })
  .describe('Analysis of this participant begins (first consent with a track, or a change of what is analysed).');
export type BeginEvent = z.infer<typeof beginEventSchema>;

export const END_REASONS = [
  'left',
  'consent-withdrawn',
  'tracks-ended',
  'timed-out',
  'removed',
  'token-expired',
  'failed',
  'set-aside',
  'worker-died',
  'server-closing',
  'replay-ended',
] as const;
export const endEventSchema = z
  .object({
    type: z.literal('end'),
    ...envelope,
    ...origin,
    at: z.number(),
    reason: openEnum(END_REASONS).describe(
      '`tracks-ended`: consent stands, but there is nothing left to analyse; `begin` follows when a track comes back. ' +
        '`token-expired`: the access token ended, and then the seat that was kept for a while. `failed`: the analysis of this ' +
        'person failed and was given up; the call goes on. `set-aside`: their media ended the process that decodes them again ' +
        'and again, and are not analysed any more. `worker-died`: the media of the whole room are gone; the people in it join ' +
        'again. `server-closing`: the server ends, or restarts. `replay-ended`: it was a recording that was replayed.',
    ),
  })
  .describe('No more events of this participant.');
export type EndEvent = z.infer<typeof endEventSchema>;

export const mediaProblemSchema = openEnum(MEDIA_PROBLEMS);
export type { MediaProblem };

export const mediaEventSchema = z
  .object({
    type: z.literal('media'),
    ...envelope,
    at: z.number(),
    source: sourceSchema,
    problem: mediaProblemSchema.nullable().describe('What is wrong; null: nothing any more.'),
  })
  .describe('Media of this participant do not get through, or get through again.');
export type MediaEvent = z.infer<typeof mediaEventSchema>;

export const roomEventSchema = z.discriminatedUnion('type', [
  emotionEventSchema,
  gapEventSchema,
  beginEventSchema,
  endEventSchema,
  mediaEventSchema,
]);
export type RoomEvent = z.infer<typeof roomEventSchema>;
export const EVENT_TYPES = ['emotion', 'gap', 'begin', 'end', 'media'] as const satisfies RoomEvent['type'][];
