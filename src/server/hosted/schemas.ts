import { z } from 'zod';
import { HOSTED_ERROR_CODES } from '../../common/hosted-answers.js';

/**
 * The messages of the hosted expression API, as its public documentation describes them since October 2026 (`/v1/expression/…/realtime`)
 * and as it did the one that closed in June 2026 (`/v0/stream/models`). All of it in this one file, so that it is easy to correct; what
 * was taken from where, and what is assumed, is in docs/hosted-protocol.md. Fields and messages of our own are marked OURS.
 *
 * What is sent is strict, as there; absent and null are the same.
 */

/** OURS. By whoever is seen or heard: some of `face`, `voice`, `words` (see declared-consent.ts), or the same as an object. */
const consent = z.union([
  z.string().max(64),
  z.strictObject({ face: z.boolean().optional(), voice: z.boolean().optional(), words: z.boolean().optional() }),
]);

export const FACE_DEFAULTS = { threshold: 0.5, min_size: 1 };
export const TIMER = { min: 1000, max: 10_000, default: 3000 };
export const SOUND_FORMAT = { type: 'audio/pcm', encoding: 's16le', sample_rate: 16_000, channels: 1 } as const;
export const PICTURE_FORMAT = { type: 'image/jpeg' } as const;

const sessionUpdate = z.literal('session.update');
export const videoUpdateSchema = z.strictObject({
  type: sessionUpdate,
  image: z.strictObject({ type: z.literal(PICTURE_FORMAT.type).nullish() }).nullish(),
  face: z
    .strictObject({
      threshold: z.number().min(0).max(1).nullish(),
      min_size: z.number().int().min(1).max(100_000).nullish(),
    })
    .nullish()
    .describe(
      'Faces of which the search is less sure, or that are smaller (pixels, the shorter side), are not listed.',
    ),
  consent: consent.nullish().describe('OURS.'),
});
export const audioUpdateSchema = z.strictObject({
  type: sessionUpdate,
  audio: z
    .strictObject({
      type: z.literal(SOUND_FORMAT.type).nullish(),
      encoding: z.literal(SOUND_FORMAT.encoding).nullish(),
      sample_rate: z.literal(SOUND_FORMAT.sample_rate).nullish(),
      channels: z.literal(SOUND_FORMAT.channels).nullish(),
    })
    .nullish(),
  measurement_timer_ms: z
    .number()
    .int()
    .min(TIMER.min)
    .max(TIMER.max)
    .nullish()
    .describe('Milliseconds of speech between two results; they come at whole seconds.'),
  consent: consent.nullish().describe('OURS.'),
});
export const sessionCloseSchema = z.strictObject({ type: z.literal('session.close') });
export const consentUpdateSchema = z
  .strictObject({
    type: z.literal('consent.update'),
    consent,
    generation: z.number().int().positive().nullish().describe('That it builds on: giving is refused under another.'),
  })
  .describe('OURS: at any time. What it leaves out is withdrawn at once; nothing can refuse that.');

const probability = z.number().min(0).max(1);
const scores = z.array(z.object({ name: z.string(), probability })).describe('Those above 0.1, the highest first.');
const sessionId = z.string();
const consentState = z
  .object({ generation: z.number().int().positive(), face: z.boolean(), voice: z.boolean(), words: z.boolean() })
  .describe('OURS: what is consented to, and under which generation; raised by each withdrawal.');
const videoConfig = {
  image: z.object({ type: z.literal(PICTURE_FORMAT.type) }),
  face: z.object({ threshold: z.number(), min_size: z.number() }),
};
const audioConfig = {
  audio: z.object({ type: z.string(), encoding: z.string(), sample_rate: z.number(), channels: z.number() }),
  measurement_timer_ms: z.number(),
};
const created = z.literal('session.created');
const updated = z.literal('session.updated');
const result = z.literal('measurement.result');
const closed = z.literal('session.closed');
const CLOSE_REASONS = ['client_request', 'server_shutdown', 'idle_timeout', 'error'] as const;
export type CloseReason = (typeof CLOSE_REASONS)[number];
/** OURS: of the person, beside the scores. */
const affect = z
  .object({ valence: z.number(), arousal: z.number(), confidence: probability, uncertain: z.boolean() })
  .describe('OURS: as in events of a room.');

export const errorSchema = z.object({
  type: z.literal('error'),
  code: z.enum(HOSTED_ERROR_CODES),
  message: z.string(),
  retryable: z.boolean().describe('False for every error that ends the session.'),
});
export const consentUpdatedSchema = z.object({ type: z.literal('consent.updated'), consent: consentState });

export const videoMessages = {
  created: z.object({ type: created, session_id: sessionId, ...videoConfig, consent: consentState }),
  updated: z.object({ type: updated, ...videoConfig, consent: consentState }),
  result: z.object({
    type: result,
    frame_id: z.number().int().nonnegative(),
    faces: z.array(
      z.object({
        face_id: z.number().int().nonnegative().nullable(),
        bbox: z.array(z.number()).length(4).describe('Left, top, right, bottom, pixels of the picture.'),
        confidence: probability,
        expressions: scores.nullable(),
        descriptions: scores.nullable().describe('Facial actions: none are measured here.'),
        emostream: affect,
      }),
    ),
  }),
  closed: z.object({
    type: closed,
    session_id: sessionId,
    reason: z.enum(CLOSE_REASONS),
    received: z.object({ frames: z.number() }),
    produced: z.object({ measurements: z.number() }),
  }),
  error: errorSchema,
  consent: consentUpdatedSchema,
};
const ms = z.number().int().nonnegative();
const utterance = z.number().int().nonnegative();
export const audioMessages = {
  created: z.object({ type: created, session_id: sessionId, ...audioConfig, consent: consentState }),
  updated: z.object({ type: updated, ...audioConfig, consent: consentState }),
  start: z.object({ type: z.literal('utterance.start'), utterance_id: utterance, audio_start_ms: ms }),
  end: z.object({
    type: z.literal('utterance.end'),
    utterance_id: utterance,
    audio_start_ms: ms,
    audio_end_ms: ms,
  }),
  result: z.object({
    type: result,
    measurement_id: z.number().int().nonnegative(),
    utterance_id: utterance,
    audio_start_ms: ms,
    audio_end_ms: ms,
    trigger: z.enum(['interval', 'speech_ended']),
    expressions: scores,
    voice_attributes: scores.describe('Qualities of the voice: none are measured here.'),
  }),
  closed: z.object({
    type: closed,
    session_id: sessionId,
    reason: z.enum(CLOSE_REASONS),
    received: z.object({ audio_duration_ms: ms, frames: z.number() }),
    produced: z.object({ utterances: z.number(), measurements: z.number() }),
  }),
  error: errorSchema,
  consent: consentUpdatedSchema,
};
export type VideoMessage = z.infer<(typeof videoMessages)[keyof typeof videoMessages]>;
export type AudioMessage = z.infer<(typeof audioMessages)[keyof typeof audioMessages]>;

// --- /v0/stream/models, closed in June 2026 -----------------------------------------------------------------------

const anything = z.record(z.string(), z.unknown());
export const streamPayloadSchema = z.strictObject({
  data: z.string().nullish(),
  models: z
    .strictObject({
      face: anything.nullish(),
      prosody: anything.nullish(),
      language: anything.nullish(),
      burst: anything.nullish(),
      facemesh: anything.nullish(),
    })
    .nullish(),
  raw_text: z.boolean().nullish(),
  job_details: z.boolean().nullish(),
  payload_id: z.string().max(256).nullish(),
  reset_stream: z.boolean().nullish(),
  stream_window_ms: z.number().nullish(),
  consent: consent.nullish().describe('OURS.'),
});
export type StreamPayload = z.infer<typeof streamPayloadSchema>;

const emotions = z.array(z.object({ name: z.string(), score: probability }));
const envelope = { payload_id: z.string().optional(), job_details: z.object({ job_id: z.string() }).optional() };
export const streamMessages = {
  predictions: z.object({
    ...envelope,
    face: z
      .object({
        predictions: z.array(
          z.object({
            frame: z.number(),
            time: z.number(),
            bbox: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
            prob: probability,
            face_id: z.string(),
            emotions,
          }),
        ),
      })
      .optional(),
  }),
  error: z.object({ ...envelope, error: z.string(), code: z.string() }),
};
export type StreamMessage = z.infer<(typeof streamMessages)[keyof typeof streamMessages]>;
