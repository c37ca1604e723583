import type { HrTime, SpanStatus } from '@opentelemetry/api';
import type { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { Resource } from '@opentelemetry/resources';
import type { Logger } from 'pino';
import { BoundedQueue } from '../common/bounded-queue.js';
import type { DropReason } from '../common/drops.js';
import { EmostreamError } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import type { Span, SpanSink } from '../common/spans.js';
import { waitAtMost } from '../common/wait-at-most.js';

/** What OpenTelemetry's exporter takes; its own tracer would make the ids here, and they come from the analysis processes. */
type ExportedSpan = Parameters<OTLPTraceExporter['export']>[0][number];

const MOST_WAITING = 4096;
/** Spans in a request at most. */
const BATCH = 512;
const EVERY_MS = 1000;
/** How long a request may take, retries included. */
const TIMEOUT_MS = 5000;
const CLOSE_PATIENCE_MS = 1000;
const [OK, ERROR] = [0, 2];

export interface TraceExportOptions {
  /** Where an OTLP receiver takes traces over HTTP. */
  endpoint: string;
  version: string;
  meter: Meter;
  logger: Logger;
}

/**
 * Sends spans to an OTLP receiver (OpenTelemetry's protocol, JSON over HTTP). They wait in a bounded queue, at whose bound the oldest
 * goes, and are sent by one request at a time; a receiver that is slow or gone costs spans, which are counted, and nothing else.
 */
export class TraceExport implements SpanSink {
  readonly #exporter: OTLPTraceExporter;
  readonly #resource: Resource;
  readonly #options: TraceExportOptions;
  readonly #waiting: BoundedQueue<Span>;
  readonly #timer: NodeJS.Timeout;
  #sending: Promise<void> | null = null;
  /** Spans of the request that has no answer yet. */
  #underway = 0;
  #arrives = true;
  #closed = false;

  private constructor(exporter: OTLPTraceExporter, resource: Resource, options: TraceExportOptions) {
    this.#exporter = exporter;
    this.#resource = resource;
    this.#options = options;
    this.#waiting = new BoundedQueue(MOST_WAITING, () => this.#count('overflow', 1));
    this.#timer = setInterval(() => this.#begin(), EVERY_MS);
  }

  /** Loads OpenTelemetry, which nobody does who traces nothing. @throws EmostreamError CONFIG_INVALID when it cannot */
  static async open(options: TraceExportOptions): Promise<TraceExport> {
    try {
      const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
      const { resourceFromAttributes } = await import('@opentelemetry/resources');
      const exporter = new OTLPTraceExporter({ url: options.endpoint, timeoutMillis: TIMEOUT_MS });
      const resource = resourceFromAttributes({ 'service.name': 'emostream', 'service.version': options.version });
      return new TraceExport(exporter, resource, options);
    } catch (error) {
      throw new EmostreamError('CONFIG_INVALID', 'traceEndpoint is set, and what sends traces cannot be loaded', {
        cause: error,
      });
    }
  }

  add(spans: readonly Span[]): void {
    if (this.#closed) return this.#count('closed', spans.length);
    for (const span of spans) this.#waiting.push(span);
  }

  /** Sends what waits, for a bounded time. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#begin();
    await waitAtMost(CLOSE_PATIENCE_MS, this.#sending ?? Promise.resolve());
    this.#count('closed', this.#underway + this.#waiting.size);
    this.#underway = 0;
    this.#waiting.clear();
    await waitAtMost(CLOSE_PATIENCE_MS, this.#exporter.shutdown());
  }

  #begin(): void {
    if (this.#sending || this.#waiting.size === 0) return;
    this.#sending = this.#sendAll().finally(() => (this.#sending = null));
    // It never rejects.
    this.#sending.catch(() => undefined);
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.size > 0) {
      const batch: ExportedSpan[] = [];
      for (let span = this.#waiting.shift(); span; span = batch.length < BATCH ? this.#waiting.shift() : undefined) {
        batch.push(this.#toExport(span));
      }
      this.#underway = batch.length;
      const error = await new Promise<Error | null>((resolve) =>
        this.#exporter.export(batch, (result) =>
          resolve(result.code === OK ? null : (result.error ?? new Error('no reason was given'))),
        ),
      );
      // None, if it was given up meanwhile.
      if (error) this.#count('not-sent', this.#underway);
      this.#underway = 0;
      this.#tell(error);
      // What waits is tried again at the next time.
      if (error) return;
    }
  }

  /** Once at each change. */
  #tell(error: Error | null): void {
    if (this.#arrives === (error === null)) return;
    this.#arrives = error === null;
    if (error) this.#options.logger.warn({ err: error }, 'traces do not arrive where traceEndpoint says');
    else this.#options.logger.info('traces arrive again');
  }

  #count(reason: DropReason<'trace'>, by: number): void {
    if (by > 0) this.#options.meter.count('emostream_dropped_total', { stage: 'trace', reason }, by);
  }

  #toExport({ traceId, spanId, parentId, name, startMs, endMs, attributes, failed }: Span): ExportedSpan {
    const context = { traceId, spanId, traceFlags: SAMPLED };
    const status: SpanStatus = failed === undefined ? { code: OK } : { code: ERROR, message: failed };
    return {
      name,
      kind: 0,
      spanContext: () => context,
      ...(parentId === null ? {} : { parentSpanContext: { ...context, spanId: parentId } }),
      startTime: hrTime(startMs),
      endTime: hrTime(endMs),
      duration: hrTime(endMs - startMs),
      status,
      attributes,
      links: [],
      events: [],
      ended: true,
      resource: this.#resource,
      instrumentationScope: { name: 'emostream', version: this.#options.version },
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    };
  }
}

/** W3C Trace Context, 3.2.2.5.1: the caller has recorded it. */
const SAMPLED = 1;

/** Whole seconds, and nanoseconds. */
function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}
