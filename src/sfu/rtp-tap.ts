import type { types } from 'mediasoup';
import { EmostreamError } from '../common/errors.js';
import { TokenBucket } from '../common/token-bucket.js';
import { fromMediasoup } from './errors.js';
import { KeyFrameGate, scheduleTimeout } from './key-frame-gate.js';
import { traceReports } from './report-trace.js';
import { parseSenderReport } from './sender-report.js';
import { tapCodec } from './tap-codecs.js';
import type { TapTransports } from './tap-transports.js';
import { KEY_FRAME_INTERVAL_MS, type Tap, TAP_LAYERS, type TapDeps } from './tap.js';
import type { PacketDestination, TappedTrack, TrackSink } from './types.js';

/** Sender reports of a track: browsers send one a second for each of at most three layers. */
const MAX_REPORTS = { burst: 50, perSecond: 20 };

interface Flow {
  consumer: types.Consumer;
  port: number;
  sink: TrackSink;
  /** The spatial layer that the consumer sent first; undefined before. */
  layer: number | undefined;
}

/**
 * A tap by a mediasoup PlainTransport: the worker sends the packets to an analysis process by UDP on loopback, so that they never
 * pass this thread. What the sender says about time, pauses and layers comes by here.
 */
export class RtpTap implements Tap {
  readonly #transports: TapTransports;
  readonly #deps: TapDeps;
  readonly #keyFrames: KeyFrameGate;
  readonly #onTrace: (trace: types.ProducerTraceEventData) => void;
  readonly #reports: TokenBucket;
  /** Reports above the rate that are only dropped: a second's worth, forgiven in ten. */
  readonly #excess: TokenBucket;
  #destination: PacketDestination | undefined;
  #forgetDestination: () => void = () => undefined;
  #endReports: () => void = () => undefined;
  /** Each (re)connection has a number; one that was overtaken gives up. */
  #attempt = 0;
  #flow: Flow | undefined;
  #closed = false;

  constructor(transports: TapTransports, deps: TapDeps) {
    this.#transports = transports;
    this.#deps = deps;
    this.#onTrace = deps.bulkhead.wrap((trace: types.ProducerTraceEventData) => this.#trace(trace));
    this.#reports = new TokenBucket(MAX_REPORTS.burst, MAX_REPORTS.perSecond, deps.clock);
    this.#excess = new TokenBucket(MAX_REPORTS.perSecond, MAX_REPORTS.perSecond / 10, deps.clock);
    this.#keyFrames = new KeyFrameGate({
      intervalMs: KEY_FRAME_INTERVAL_MS,
      clock: deps.clock,
      schedule: (delayMs, task) => scheduleTimeout(delayMs, deps.bulkhead.wrap(task)),
      request: () => this.#requestKeyFrame(),
    });
  }

  async open(): Promise<void> {
    const { producer, analysis } = this.#deps;
    producer.on('trace', this.#onTrace);
    let first: Promise<void> | undefined;
    try {
      const endReports = await traceReports(producer);
      if (this.#closed) return endReports();
      this.#endReports = endReports;
      this.#forgetDestination = analysis.onDestination((destination) => {
        this.#destination = destination ?? undefined;
        if (!destination) return this.#halt();
        const connected = this.#reconnect();
        if (first) this.#guard(connected);
        else first = connected;
      });
      // Where there is nowhere to send to yet, the call does not wait for it; from now on failures are looked after.
      first ??= Promise.resolve();
      await first;
    } catch (error) {
      // Closed meanwhile, by withdrawal or with a parent: that is no failure.
      if (this.#closed || producer.closed) return;
      this.close();
      throw fromMediasoup(error, 'tap');
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const { producer, bulkhead } = this.#deps;
    bulkhead.steps(
      () => this.#forgetDestination(),
      () => this.#keyFrames.close(),
      () => producer.off('trace', this.#onTrace),
      () => this.#endReports(),
      () => this.#disconnect(),
    );
  }

  /** A new consumer, at the destination of now. Where one is being made it gives up. */
  async #reconnect(): Promise<void> {
    this.#disconnect();
    const attempt = ++this.#attempt;
    const { producer, analysis, source } = this.#deps;
    const port = this.#destination?.port;
    if (port === undefined) return;
    const isOvertaken = () => this.#closed || attempt !== this.#attempt;
    const transport = await this.#transports.take(port);
    let consumer: types.Consumer | undefined;
    let sink: TrackSink | undefined;
    try {
      if (isOvertaken()) return this.#transports.release(port);
      consumer = await transport.consume({
        producerId: producer.id,
        rtpCapabilities: this.#transports.capabilities,
        paused: true,
        enableRtx: false,
        preferredLayers: producer.kind === 'video' ? TAP_LAYERS : undefined,
      });
      if (isOvertaken()) {
        consumer.close();
        return this.#transports.release(port);
      }
      sink = analysis.addTrack(trackInfo(consumer, source, transport), {
        requestKeyFrame: () => this.#keyFrames.ask(),
        stop: (problem) => {
          if (!this.#closed) this.#deps.onStop(problem);
        },
        flood: () => {
          if (!this.#closed) this.#deps.onFlood();
        },
      });
    } catch (error) {
      consumer?.close();
      this.#transports.release(port);
      throw error;
    }
    const flow: Flow = { consumer, port, sink, layer: undefined };
    this.#flow = flow;
    this.#listen(flow);
    await sink.ready;
    if (!isOvertaken()) await consumer.resume();
  }

  /** Until there is another destination nothing is sent; the track stays, for its analysis goes on there. */
  #halt(): void {
    this.#attempt++;
    // It fails only when the consumer closes meanwhile; then nothing is sent either.
    this.#flow?.consumer.pause().catch(() => undefined);
  }

  #listen(flow: Flow): void {
    const { consumer, sink } = flow;
    const { bulkhead } = this.#deps;
    consumer.on(
      'layerschange',
      bulkhead.wrap((layers: types.ConsumerLayers | undefined) => this.#onLayers(flow, layers)),
    );
    consumer.on(
      'producerpause',
      bulkhead.wrap(() => sink.setPaused(true)),
    );
    consumer.on(
      'producerresume',
      bulkhead.wrap(() => sink.setPaused(false)),
    );
    if (consumer.producerPaused) sink.setPaused(true);
  }

  #disconnect(): void {
    const flow = this.#flow;
    if (!flow) return;
    this.#flow = undefined;
    this.#deps.bulkhead.steps(
      () => flow.consumer.close(),
      () => flow.sink.close(),
      () => this.#transports.release(flow.port),
    );
  }

  #trace(trace: types.ProducerTraceEventData): void {
    if (trace.type !== 'sr' || !this.#flow) return;
    if (!this.#reports.take()) return this.#overrun();
    const report = parseSenderReport(trace.info, this.#deps.clock());
    if (report) this.#flow.sink.senderReport(report);
  }

  /** Every report costs this thread: a flood is not waited out until somebody counts its packets. */
  #overrun(): void {
    this.#deps.meter.count('emostream_dropped_total', { stage: 'sfu', reason: 'report-rate' });
    this.#deps.meter.count('emostream_refused_total', { what: 'packet' });
    if (!this.#closed && !this.#excess.take()) this.#deps.onFlood();
  }

  /**
   * A change of the spatial layer comes with a timestamp shift of up to 108 ms that nobody is told (see "extra offset" in
   * SimulcastProducerStreamManager.cpp), so a new consumer is made, which starts without one. It happens only when the
   * lowest layer dies or comes (back) late.
   */
  #onLayers(flow: Flow, layers: types.ConsumerLayers | undefined): void {
    if (flow !== this.#flow || !layers || flow.consumer.type !== 'simulcast') return;
    if (flow.layer === undefined) {
      flow.layer = layers.spatialLayer;
      flow.sink.preferReports(ssrcOf(this.#deps.producer, layers.spatialLayer));
    } else if (layers.spatialLayer !== flow.layer) {
      this.#guard(this.#reconnect());
    }
  }

  /** Of a connection that nobody waits for: the call goes on without it. */
  #guard(connected: Promise<void>): void {
    connected.catch((error: unknown) => {
      if (this.#closed || this.#deps.producer.closed) return;
      this.#deps.meter.count('emostream_errors_total', { code: 'INTERNAL' });
      this.#deps.logger.error({ err: error, producer: this.#deps.producer.id }, 'tap lost when it was made anew');
    });
  }

  #requestKeyFrame(): void {
    const consumer = this.#flow?.consumer;
    if (!consumer || consumer.closed) return;
    this.#deps.meter.count('emostream_key_frame_requests_total');
    // It fails only when the consumer closes meanwhile; then nobody needs the key frame.
    consumer.requestKeyFrame().catch(() => undefined);
  }
}

/** The SSRC of a simulcast encoding: what the browser declared, or what mediasoup learned from the packets (RID). */
function ssrcOf(producer: types.Producer, encodingIdx: number): number | undefined {
  const learned = producer.score.find((score) => score.encodingIdx === encodingIdx)?.ssrc;
  return learned ?? producer.rtpParameters.encodings?.[encodingIdx]?.ssrc;
}

function trackInfo(
  consumer: types.Consumer,
  source: TappedTrack['source'],
  transport: types.PlainTransport,
): TappedTrack {
  const codec = consumer.rtpParameters.codecs[0];
  const name = codec && tapCodec(codec);
  const ssrc = consumer.rtpParameters.encodings?.[0]?.ssrc;
  if (ssrc === undefined) throw new EmostreamError('INTERNAL', 'a consumer without an SSRC');
  if (!codec || !name) {
    throw new EmostreamError('UNSUPPORTED_MEDIA', `codec ${codec?.mimeType ?? '(none)'} cannot be analysed`);
  }
  return {
    trackId: consumer.id,
    source,
    kind: consumer.kind,
    codec: name,
    payloadType: codec.payloadType,
    clockRate: codec.clockRate,
    ssrc,
    fromPort: transport.tuple.localPort,
    simulcast: consumer.type === 'simulcast',
  };
}
