/**
 * Everything that can be dropped, by stage and reason: the labels of `emostream_dropped_total`, declared here so that each
 * series begins at 0 (test/telemetry/known-labels.test.ts compares this with what the code counts).
 */
export const DROPS = {
  sfu: ['report-rate'],
  rtp: ['malformed', 'payload-type', 'overload', 'duplicate', 'late', 'old-stream', 'discontinuity'],
  'media-clock': ['absurd-report', 'stale-report', 'report-without-clock'],
  audio: ['corrupt', 'decoder-resting', 'sound-rate'],
  video: [
    'thinned',
    'corrupt',
    'incomplete',
    'malformed',
    'no-parameters',
    'too-large',
    'waiting',
    'picture-size',
    'pixel-rate',
    'decoder-resting',
    'stopped',
  ],
  // Faces that are found and not followed: more than `maxFaces`, or more newcomers than are looked at.
  face: ['search-rate', 'too-many-faces', 'look-rate'],
  // Lost seats that were to be held for their person.
  seat: ['overflow'],
  // What moderators decided.
  moderation: ['overflow'],
  // `refused`: by who was to get it. `expired`: not taken for a quarter of an hour. `forgotten`: consent was taken back.
  webhook: ['overflow', 'refused', 'expired', 'forgotten', 'closed'],
  // `overflow`: what people said of their consent last, where nobody is asked.
  consent: ['face-before', 'voice-before', 'words-before', 'overflow'],
  transcriber: ['closed'],
  // Pieces of speech; `closed`: their owner left, or withdrew consent.
  speech: ['partial-overflow', 'piece-overflow', 'failed', 'closed'],
  // Seconds of voice that were not encoded for their window; `late` ones serve the next. `busy`: the person's second before is still
  // being encoded. `closed`: their owner left, or withdrew consent.
  'voice-encoder': ['late', 'busy', 'load', 'closed', 'overflow', 'failed'],
  align: [
    'face-off',
    'face-time',
    'face-late',
    'face-overflow',
    'face-skipped',
    'voice-off',
    'voice-time',
    'voice-late',
    'voice-overflow',
    'voice-skipped',
    'words-off',
    'words-time',
    'words-late',
    'words-overflow',
  ],
  analysis: [
    'short-packet',
    'no-track',
    'packet-rate',
    'overrun',
    'process-overrun',
    'channel-full',
    'load-packet',
    'load-picture',
  ],
  // On their way to those who may read them.
  words: ['before-shown', 'not-shown', 'malformed', 'words-rate'],
  inference: [
    ...['overflow', 'deadline', 'invalid', 'failed', 'no-answer', 'cancelled', 'closed'],
    // Face crops; `crop-gone`: a window named one that is not kept any more.
    ...['crop-overflow', 'crop-invalid', 'crop-gone'],
  ],
  publish: ['participant-ended', 'consent-changed'],
  server: ['slow-subscriber', 'slow-reader', 'socket-buffer-full'],
  audit: ['write-failed'],
  // Lines of a recording that the disk did not take; files of recordings that were deleted for their age, or all of their size.
  recording: ['write-failed', 'expired'],
  // What was read from NATS and not told. `forgotten`: it came after its person had been forgotten; `stale`: after another node had begun
  // with the room; `expired`: it was made longer ago than events are kept.
  nats: ['malformed', 'forgotten', 'stale', 'expired'],
  telemetry: ['series-limit', 'not-finite'],
  // Spans of traced windows.
  trace: ['overflow', 'not-sent', 'closed'],
} as const satisfies Record<string, readonly string[]>;

export type DropStage = keyof typeof DROPS;
export type DropReason<S extends DropStage> = (typeof DROPS)[S][number];

/** Each pair as the labels of the metric. */
export const DROP_LABELS: readonly Record<string, string>[] = Object.entries(DROPS).flatMap(([stage, reasons]) =>
  reasons.map((reason) => ({ stage, reason })),
);
