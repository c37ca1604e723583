import { z } from 'zod';
import { sourceSchema } from '../common/consent.js';
import { EMOTIONS } from '../common/emotions.js';
import { GAP_REASONS } from '../common/gap-reasons.js';
import { MEDIA_PROBLEMS, type MediaProblem } from '../common/media-problem.js';

/**
 * The event contract: one zod schema per message, from which the wire check, the TypeScript types and the client library
 * derive. This file is bundled into the browser: it imports nothing but zod and constants.
 */

export const roomIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'a room is 1 to 64 letters, digits, "-" or "_"');
export const participantIdSchema = z.string().min(1).max(64);
export const epochSchema = z.string().min(1).max(32);

const probability = z.number().min(0).max(1);
export const scoresSchema = z.strictObject({
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
  /** True when the window holds a face, a voice or words. */
  present: z.boolean(),
  /** Fusion weight; the present modalities' weights sum to 1. */
  weight: probability,
  /** This modality's own opinion, null when absent. */
  scores: scoresSchema.nullable(),
  /** Named figures, each 0..1; empty when absent. */
  quality: z.record(z.string(), z.number()),
};
export const modalitySchema = z.strictObject(modalityFields);
export const faceModalitySchema = z.strictObject({
  ...modalityFields,
  /** Where the face was last seen, in fractions of the picture; null when absent. */
  box: z.strictObject({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }).nullable(),
});

/** Milliseconds between the stations of a window's way; `total` runs from the window's end to publishing. */
export const latencySchema = z.strictObject({
  /** Capture of the newest media in the window → its arrival; null when no media came. */
  capture: z.number().nullable(),
  /** Arrival → decoded; null when no media came. */
  decode: z.number().nullable(),
  /** Window end (media time) → window closed. */
  close: z.number(),
  /** Window closed → features ready. */
  features: z.number(),
  /** Waiting for a batch. */
  queue: z.number(),
  inference: z.number(),
  publish: z.number(),
  total: z.number(),
});

const envelope = {
  room: roomIdSchema,
  participant: participantIdSchema,
  /**
   * Names the room's numbering: random, new whenever `seq` begins anew (the server was restarted, or the room was forgotten
   * after everybody had left). Numbers of different epochs have nothing to do with each other.
   */
  epoch: epochSchema,
  /** Per room and epoch, starts at 1, no holes: a hole seen by a subscriber is a loss, and `missed` says which. */
  seq: z.number().int().positive(),
};
const windowSchema = z.strictObject({
  /** Media time, ms since the epoch; the window is [start, end), a second long. Not everybody's begin with the whole second. */
  start: z.number(),
  end: z.number(),
});

export const emotionEventSchema = z.strictObject({
  type: z.literal('emotion'),
  ...envelope,
  window: windowSchema,
  /** 0 first; +1 each time late words change the window. */
  revision: z.number().int().nonnegative(),
  /** Null when no modality was present. */
  label: z.enum(EMOTIONS).nullable(),
  /** The label is a guess: confidence is below the threshold of the model card. */
  uncertain: z.boolean(),
  confidence: probability,
  scores: scoresSchema.nullable(),
  /** Scores smoothed over the last seconds, for display; null until a modality was present. */
  smoothed: scoresSchema.nullable(),
  valence: z.number().min(-1).max(1).nullable(),
  arousal: z.number().min(-1).max(1).nullable(),
  face: faceModalitySchema,
  voice: modalitySchema,
  words: modalitySchema,
  engine: z.strictObject({ name: z.string(), model: z.string() }),
  latency: latencySchema,
});
export type EmotionEvent = z.infer<typeof emotionEventSchema>;

/** A window of this participant that has no emotion event, and why. */
export const gapEventSchema = z.strictObject({
  type: z.literal('gap'),
  ...envelope,
  window: windowSchema,
  /** `consent-changed`: the window was measured under a consent that ended before it could be published. */
  reason: z.enum(GAP_REASONS),
});
export type GapEvent = z.infer<typeof gapEventSchema>;

/** Analysis of this participant begins (first consent with a track, or a change of what is analysed). */
export const beginEventSchema = z.strictObject({
  type: z.literal('begin'),
  ...envelope,
  at: z.number(),
  analysed: z.strictObject({ face: z.boolean(), voice: z.boolean(), words: z.boolean() }),
});
export type BeginEvent = z.infer<typeof beginEventSchema>;

/** No more events of this participant. */
export const endEventSchema = z.strictObject({
  type: z.literal('end'),
  ...envelope,
  at: z.number(),
  /**
   * `tracks-ended`: consent stands, but there is nothing left to analyse; `begin` follows when a track comes back.
   * `token-expired`: the access token ended, and then the seat that was kept for a while. `failed`: the analysis of this
   * person failed and was given up; the call goes on. `set-aside`: their media ended the process that decodes them again and
   * again, and are not analysed any more. `worker-died`: the media of the whole room are gone; the people in it
   * join again. `server-closing`: the server ends, or restarts.
   */
  reason: z.enum([
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
  ]),
});
export type EndEvent = z.infer<typeof endEventSchema>;

export const mediaProblemSchema = z.enum(MEDIA_PROBLEMS);
export type { MediaProblem };

/** Media of this participant do not get through, or get through again. */
export const mediaEventSchema = z.strictObject({
  type: z.literal('media'),
  ...envelope,
  at: z.number(),
  source: sourceSchema,
  /** What is wrong; null: nothing any more. */
  problem: mediaProblemSchema.nullable(),
});
export type MediaEvent = z.infer<typeof mediaEventSchema>;

export const roomEventSchema = z.discriminatedUnion('type', [
  emotionEventSchema,
  gapEventSchema,
  beginEventSchema,
  endEventSchema,
  mediaEventSchema,
]);
export type RoomEvent = z.infer<typeof roomEventSchema>;
