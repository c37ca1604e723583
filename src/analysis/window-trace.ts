import { newId, type Span, type SpanContext } from '../common/spans.js';
import type { WindowFeatures } from '../features/types.js';

/** What crosses from the analysis process to the main one with a window that is traced. */
export interface WindowTrace {
  /** Of the window's whole way; the main process ends it. */
  root: SpanContext;
  /** The way up to here. */
  spans: Span[];
}

/** One step on the way; none where a time is not known. An end before its start is the error of a clock: it took no time. */
function step(root: SpanContext, name: string, startMs: number | null, endMs: number | null): Span[] {
  if (startMs === null || endMs === null) return [];
  const own = { traceId: root.traceId, spanId: newId(8), parentId: root.spanId };
  return [{ ...own, name, startMs, endMs: Math.max(startMs, endMs), attributes: {} }];
}

/** Decides by chance which windows are traced. */
export class TraceSampler {
  /** @param share of the windows, 0 to 1 */
  constructor(
    private readonly share: number,
    private readonly random: () => number = Math.random,
  ) {}

  /**
   * The way of a window in the analysis process.
   * @param heardMs when its voice had been encoded, or was not waited for any more, server wall clock, ms; null: voices are not encoded
   */
  begin({ endMs, timing }: WindowFeatures, heardMs: number | null): WindowTrace | undefined {
    if (this.share === 0 || this.random() >= this.share) return undefined;
    const root = { traceId: newId(16), spanId: newId(8) };
    const { lastMediaMs, lastArrivalMs, lastDecodedMs, closedMs, featuresMs } = timing;
    const spans = [
      ...step(root, 'receive', lastMediaMs, lastArrivalMs),
      ...step(root, 'decode', lastArrivalMs, lastDecodedMs),
      ...step(root, 'close', endMs, closedMs),
      ...step(root, 'encode voice', closedMs, heardMs),
      ...step(root, 'features', heardMs ?? closedMs, featuresMs),
    ];
    return { root, spans };
  }
}

export interface TracedWindow {
  room: string;
  participant: string;
  features: WindowFeatures;
  /** When it came out of the analysis process and went to inference. */
  submittedMs: number;
  outcome: { queueMs: number; inferenceMs: number } | { dropped: string };
  /** When there was an outcome, and when its event was made. */
  scoredMs: number;
  publishMs: number;
}

/** The rest of the way, in the main process, and the whole. */
export function endTrace({ root, spans }: WindowTrace, window: TracedWindow): Span[] {
  const { features, outcome, submittedMs, scoredMs, publishMs } = window;
  const whole: Span = {
    ...root,
    parentId: null,
    name: 'window',
    startMs: features.startMs,
    endMs: publishMs,
    attributes: {
      'emostream.room': window.room,
      'emostream.participant': window.participant,
      'emostream.window.start': features.startMs,
      'emostream.window.revision': features.revision,
      'emostream.window.closed_by': features.closedBy,
    },
  };
  const handedOn = step(root, 'hand over', features.timing.featuresMs, submittedMs);
  if ('dropped' in outcome) {
    const waited = step(root, 'not judged', submittedMs, scoredMs);
    return [{ ...whole, failed: outcome.dropped }, ...spans, ...handedOn, ...waited];
  }
  const queuedMs = submittedMs + outcome.queueMs;
  return [
    whole,
    ...spans,
    ...handedOn,
    ...step(root, 'queue', submittedMs, queuedMs),
    ...step(root, 'inference', queuedMs, queuedMs + outcome.inferenceMs),
    ...step(root, 'publish', scoredMs, publishMs),
  ];
}
