import { CLUSTER_METRICS } from './cluster-metrics.js';
import { DROP_LABELS } from './drops.js';
import { EMOTIONS, MODALITIES } from './emotions.js';
import { ENGINE_METRICS } from './engine-metrics.js';
import { ERROR_CODES } from './errors.js';
import { GAP_REASONS } from './gap-reasons.js';
import { HOSTED_ANSWERS, HOSTED_ENDPOINTS } from './hosted-answers.js';
import { each } from './label-values.js';
import { MEDIA_PROBLEMS } from './media-problem.js';
import { NATS_METRICS } from './nats-metrics.js';
import { REFUSALS } from './refusals.js';
import type { Tally } from './tally.js';
import { WHIP_STATUSES } from './whip-statuses.js';

export { ENGINE_SWITCHES } from './engine-metrics.js';
export { REFUSALS, type Refusal } from './refusals.js';

/**
 * The catalogue of metrics as data. Stages report through `Meter`; `src/telemetry` turns the catalogue into Prometheus
 * metrics. So no stage depends on telemetry, and a thread reports by message.
 * Units are base units (seconds, bytes); no room, participant or name is ever a label.
 */
export interface MetricSpec {
  kind: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels?: readonly string[];
  /** Values of the labels that are known beforehand: their series begin at 0, so that the first increase is seen. */
  known?: readonly Record<string, string>[];
  buckets?: readonly number[];
}

const STAGE_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];
const DELAY_BUCKETS = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1, 2, 5];

const KINDS = ['audio', 'video'] as const;
/** What is replaced when it dies. */
export const WORKERS = ['server', 'mediasoup', 'analysis', 'inference', 'speech', 'voice-encoder'] as const;
/** Labels of an analysed second: an emotion, a guess below the threshold, or nothing to judge by. */
export const EMOTION_LABELS = [...EMOTIONS, 'uncertain', 'none'] as const;

/** Faces are encoded early; the voice needs its whole window, and words come when they come. */
const ENCODINGS = [
  { modality: 'face', when: 'early' },
  ...MODALITIES.flatMap((modality) => ['window', 'kept'].map((when) => ({ modality, when }))),
];

export const METRICS = {
  emostream_stage_duration_seconds: {
    kind: 'histogram',
    help: 'Time spent in one stage for one item (a picture, a chunk of sound, a window or a batch).',
    labels: ['stage'],
    buckets: STAGE_BUCKETS,
  },
  emostream_capture_to_event_seconds: {
    kind: 'histogram',
    help: 'From the capture of the newest media in a window to the publishing of its event.',
    buckets: DELAY_BUCKETS,
  },
  emostream_event_delay_seconds: {
    kind: 'histogram',
    help: 'From the end of a window (media time) to the publishing of its event.',
    buckets: DELAY_BUCKETS,
  },
  emostream_words_delay_seconds: {
    kind: 'histogram',
    help: 'From the end of a word (media time) to the publishing of the first event that it is in.',
    buckets: DELAY_BUCKETS,
  },
  emostream_recognised_seconds_total: {
    kind: 'counter',
    help: 'Sound in which words were recognised: once for final words, again and again for partial ones while somebody speaks.',
    labels: ['words'],
    known: each('words', ['final', 'partial']),
  },
  emostream_recognition_cpu_seconds_total: {
    kind: 'counter',
    help: 'CPU time that recognising words took.',
    labels: ['words'],
    known: each('words', ['final', 'partial']),
  },
  emostream_encoded_voice_seconds_total: {
    kind: 'counter',
    help: 'Seconds of voice that the pretrained encoders encoded.',
  },
  emostream_voice_encoding_cpu_seconds_total: {
    kind: 'counter',
    help: 'CPU time that the pretrained voice encoders took.',
  },
  emostream_batch_size: {
    kind: 'histogram',
    help: 'Windows per inference batch, before padding.',
    buckets: [1, 2, 4, 8, 16, 32, 64],
  },
  emostream_encodings_total: {
    kind: 'counter',
    help: 'Face crops, voices and texts that were judged: encoded early (before their window closed), with their window, or kept from an earlier judgement.',
    labels: ['modality', 'when'],
    known: ENCODINGS,
  },
  emostream_queue_depth: { kind: 'gauge', help: 'Items waiting in a bounded queue.', labels: ['queue'] },
  emostream_dropped_total: {
    kind: 'counter',
    help: 'Everything that was dropped, by stage and reason. Nothing is dropped without being counted here.',
    labels: ['stage', 'reason'],
    known: DROP_LABELS,
  },
  emostream_rtp_packets_total: {
    kind: 'counter',
    help: 'RTP packets tapped for analysis.',
    labels: ['kind'],
    known: each('kind', KINDS),
  },
  emostream_rtp_lost_total: {
    kind: 'counter',
    help: 'RTP packets that never came before their deadline.',
    labels: ['kind'],
    known: each('kind', KINDS),
  },
  emostream_decoded_total: {
    kind: 'counter',
    help: 'Pictures, or chunks of sound, decoded.',
    labels: ['kind'],
    known: each('kind', KINDS),
  },
  emostream_key_frame_requests_total: { kind: 'counter', help: 'Key frames asked for by the analyser.' },
  emostream_media_clock_steps_total: {
    kind: 'counter',
    help: 'Times a media clock had to jump: another RTP clock, a capture that had paused, or an error too large to be slewed.',
  },
  emostream_windows_total: {
    kind: 'counter',
    help: 'Aligned windows closed, by what closed them.',
    labels: ['closed_by'],
    known: each('closed_by', ['watermark', 'deadline', 'revision']),
  },
  emostream_events_total: {
    kind: 'counter',
    help: 'Events published, by type; a revision is an emotion event for a window that had one.',
    labels: ['type'],
    known: each('type', ['emotion', 'revision', 'gap', 'begin', 'end', 'media']),
  },
  emostream_replayed_events_total: {
    kind: 'counter',
    help: 'Recorded events that were published once more, by type. They count nowhere else.',
    labels: ['type'],
    known: each('type', ['emotion', 'gap', 'begin', 'end']),
  },
  emostream_gap_seconds_total: {
    kind: 'counter',
    help: 'Seconds of people who are analysed that have no event, by reason.',
    labels: ['reason'],
    known: each('reason', GAP_REASONS),
  },
  emostream_errors_total: {
    kind: 'counter',
    help: 'Errors by stable code.',
    labels: ['code'],
    known: each('code', ERROR_CODES),
  },
  emostream_rooms: { kind: 'gauge', help: 'Open rooms.' },
  emostream_worker_consumers: {
    kind: 'gauge',
    help: 'Consumers (a track on its way to a person, or to analysis) on each media worker, by its place in the pool; about 500 fill one.',
    labels: ['worker'],
  },
  emostream_participants: { kind: 'gauge', help: 'Participants in all rooms.' },
  emostream_whip_sessions: { kind: 'gauge', help: 'Senders by WHIP.' },
  emostream_whip_requests_total: {
    kind: 'counter',
    help: 'Requests at /whip by the status of the answer.',
    labels: ['status'],
    known: each('status', WHIP_STATUSES),
  },
  emostream_subscribers: { kind: 'gauge', help: 'Sockets subscribed to emotion events.' },
  emostream_journal_bytes: {
    kind: 'gauge',
    help: 'Events kept for subscribers that resume; journalBytes is the most.',
  },
  emostream_taps: { kind: 'gauge', help: 'Analysed tracks (each with its owner’s consent).', labels: ['modality'] },
  emostream_tensors: { kind: 'gauge', help: 'Live tensors of the inference engine; constant in a healthy process.' },
  emostream_thread_cpu_seconds_total: {
    kind: 'counter',
    help: 'CPU time by thread or process of the product.',
    labels: ['thread'],
  },
  emostream_thread_event_loop_lag_seconds: {
    kind: 'gauge',
    help: 'Event-loop delay (p99 over the last interval) by thread.',
    labels: ['thread'],
  },
  emostream_load_step: {
    kind: 'gauge',
    help: 'What gives way in the analysis process that has most to do: 0 nothing, 1 encoded voices and partial words, 2 and 3 pictures, 4 faces and newcomers.',
  },
  emostream_load_steps_total: {
    kind: 'counter',
    help: 'Changes of what gives way in an analysis process, by the step that it came to.',
    labels: ['step'],
    known: each('step', ['0', '1', '2', '3', '4']),
  },
  emostream_worker_restarts_total: {
    kind: 'counter',
    help: 'Workers that died and were replaced.',
    labels: ['worker'],
    known: each('worker', WORKERS),
  },
  emostream_uncaught_total: {
    kind: 'counter',
    help: 'Errors that no handler expected, by what was closed for them: a participant, a room, or the process.',
    labels: ['closed'],
    known: each('closed', ['connection', 'participant', 'room', 'process', 'nothing']),
  },
  emostream_refused_total: {
    kind: 'counter',
    help: 'What was refused because somebody asked for too much: connections, messages, pictures, packets, …',
    labels: ['what'],
    known: each('what', REFUSALS),
  },
  emostream_set_asides_total: {
    kind: 'counter',
    help: 'Tracks whose analysis (or which themselves) were stopped, by reason.',
    labels: ['reason'],
    known: each('reason', MEDIA_PROBLEMS),
  },
  emostream_media_blocked: {
    kind: 'gauge',
    help: 'Tracks of people in a call whose media do not get through at the moment, by reason.',
    labels: ['reason'],
    known: each('reason', MEDIA_PROBLEMS),
  },
  emostream_hosted_sessions: {
    kind: 'gauge',
    help: 'Open sockets of programs written for the hosted expression API, by endpoint.',
    labels: ['endpoint'],
    known: each('endpoint', HOSTED_ENDPOINTS),
  },
  emostream_hosted_answers_total: {
    kind: 'counter',
    help: 'What such programs were answered: measurements, and errors by code.',
    labels: ['endpoint', 'answer'],
    known: HOSTED_ENDPOINTS.flatMap((endpoint) => HOSTED_ANSWERS.map((answer) => ({ endpoint, answer }))),
  },
  ...NATS_METRICS,
  ...CLUSTER_METRICS,
  emostream_log_lines_lost_total: { kind: 'counter', help: 'Log lines that could not be written.' },
  emostream_last_event_timestamp_seconds: {
    kind: 'gauge',
    help: 'When the newest emotion event was published, Unix time; 0 before the first.',
  },
  emostream_analysed_participants: { kind: 'gauge', help: 'Participants of whom anything is analysed at the moment.' },
  emostream_emotion_seconds_total: {
    kind: 'counter',
    help: 'Analysed seconds of everybody together by label; only with the option emotionMetrics, and only of five people or more.',
    labels: ['label'],
    known: each('label', EMOTION_LABELS),
  },
  ...ENGINE_METRICS,
} as const satisfies Record<string, MetricSpec>;

export type MetricName = keyof typeof METRICS;
export type Labels = Record<string, string>;

/** Upper edges of a histogram's buckets, ascending; of other metrics none. */
export function bucketsOf(name: MetricName): readonly number[] {
  return (METRICS[name] as MetricSpec).buckets ?? NO_BUCKETS;
}
const NO_BUCKETS: readonly number[] = [];

/** What a stage may say about itself. */
export interface Meter {
  /** Adds to a counter. */
  count(name: MetricName, labels?: Labels, by?: number): void;
  /** Observes a value in base units. */
  observe(name: MetricName, value: number, labels?: Labels): void;
  /** Adds many observations at once, tallied by the metric's own buckets. */
  observeAll(name: MetricName, tally: Tally, labels?: Labels): void;
  /** Sets a gauge. */
  set(name: MetricName, value: number, labels?: Labels): void;
}

export const silentMeter: Meter = { count() {}, observe() {}, observeAll() {}, set() {} };
