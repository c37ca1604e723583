import type { types } from 'mediasoup';
import { EmostreamError } from '../common/errors.js';
import { TokenBucket } from '../common/token-bucket.js';
import { fromMediasoup } from './errors.js';
import { KeyFrameGate, scheduleTimeout } from './key-frame-gate.js';
import { TAP_CAPABILITIES } from './media-codecs.js';
import { ReportSelector } from './report-selector.js';
import { parseSenderReport } from './sender-report.js';
import { KEY_FRAME_INTERVAL_MS, type Tap, TAP_LAYERS, type TapDeps } from './tap.js';
import type { TapCodec, TrackInfo, TrackSink } from './types.js';

/** Smallest RTP packet: the fixed header (RFC 3550 §5.1). */
const RTP_HEADER_BYTES = 12;
/** Opus packets of 5 ms, a quarter of what browsers use: each is decoded by itself. */
const MAX_AUDIO_PACKETS = 200;
/** Sender reports of a track: browsers send one a second for each of at most three layers. */
const MAX_REPORTS = { burst: 50, perSecond: 20 };
const CODECS: Record<string, TapCodec> = { 'video/vp8': 'VP8', 'video/h264': 'H264', 'audio/opus': 'opus' };

interface Flow {
  consumer: types.Consumer;
  sink: TrackSink;
  selector: ReportSelector;
  /** The spatial layer that the consumer sent first; undefined before. */
  layer: number | undefined;
}

/** A tap through mediasoup's DirectTransport: packets come over the worker's pipe; no port, no UDP, no SRTP. */
export class DirectTap implements Tap {
  readonly #transport: types.DirectTransport;
  readonly #deps: TapDeps;
  readonly #keyFrames: KeyFrameGate;
  readonly #onTrace: (trace: types.ProducerTraceEventData) => void;
  readonly #packets: TokenBucket;
  readonly #reports: TokenBucket;
  /** Packets and reports above the rate that are only dropped: a second's worth, forgiven in ten. */
  readonly #excess: TokenBucket;
  #flow: Flow | undefined;
  #closed = false;

  constructor(transport: types.DirectTransport, deps: TapDeps) {
    this.#transport = transport;
    this.#deps = deps;
    this.#onTrace = deps.bulkhead.wrap((trace: types.ProducerTraceEventData) => this.#trace(trace));
    const perSecond = Math.min(deps.maxPacketRate, deps.producer.kind === 'audio' ? MAX_AUDIO_PACKETS : Infinity);
    this.#packets = new TokenBucket(perSecond, perSecond, deps.clock);
    this.#reports = new TokenBucket(MAX_REPORTS.burst, MAX_REPORTS.perSecond, deps.clock);
    this.#excess = new TokenBucket(perSecond, perSecond / 10, deps.clock);
    this.#keyFrames = new KeyFrameGate({
      intervalMs: KEY_FRAME_INTERVAL_MS,
      clock: deps.clock,
      schedule: (delayMs, task) => scheduleTimeout(delayMs, deps.bulkhead.wrap(task)),
      request: () => this.#requestKeyFrame(),
    });
  }

  async open(): Promise<void> {
    const { producer } = this.#deps;
    producer.on('trace', this.#onTrace);
    try {
      await producer.enableTraceEvent(['sr']);
      await this.#connect();
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
      () => this.#keyFrames.close(),
      () => producer.off('trace', this.#onTrace),
      () => {
        if (!producer.closed) producer.enableTraceEvent([]).catch(() => undefined);
      },
      () => this.#disconnect(),
    );
  }

  async #connect(): Promise<void> {
    const { producer, analysis, source, bulkhead } = this.#deps;
    const consumer = await this.#transport.consume({
      producerId: producer.id,
      rtpCapabilities: TAP_CAPABILITIES,
      paused: true,
      enableRtx: false,
      preferredLayers: producer.kind === 'video' ? TAP_LAYERS : undefined,
    });
    if (this.#closed) return consumer.close();
    let sink: TrackSink;
    const info = trackInfo(consumer, source);
    try {
      sink = analysis.addTrack(info, {
        requestKeyFrame: () => this.#keyFrames.ask(),
        stop: (problem) => {
          if (!this.#closed) this.#deps.onStop(problem);
        },
      });
    } catch (error) {
      consumer.close();
      throw error;
    }
    const selector = new ReportSelector({
      clockRate: info.clockRate,
      simulcast: consumer.type === 'simulcast',
      deliver: (report) => sink.senderReport(report),
    });
    const flow: Flow = { consumer, sink, selector, layer: undefined };
    this.#flow = flow;
    consumer.on(
      'rtp',
      bulkhead.wrap((data: Buffer) => this.#onPacket(flow, data)),
    );
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
    await consumer.resume();
  }

  #disconnect(): void {
    const flow = this.#flow;
    this.#flow = undefined;
    this.#deps.bulkhead.steps(
      () => flow?.consumer.close(),
      () => flow?.sink.close(),
    );
  }

  #onPacket(flow: Flow, data: Buffer): void {
    if (flow !== this.#flow) return;
    if (data.length < RTP_HEADER_BYTES) {
      this.#deps.meter.count('emostream_dropped_total', { stage: 'sfu', reason: 'short-packet' });
      return;
    }
    if (!this.#packets.take()) return this.#overrun('packet-rate');
    const arrivalMs = this.#deps.clock();
    flow.selector.packet(data.readUInt32BE(4), arrivalMs);
    flow.sink.packet({ data, arrivalMs });
  }

  /** Every packet costs this thread and the next: a flood is not waited out until somebody counts its packets. */
  #overrun(reason: 'packet-rate' | 'report-rate'): void {
    this.#deps.meter.count('emostream_dropped_total', { stage: 'sfu', reason });
    this.#deps.meter.count('emostream_refused_total', { what: 'packet' });
    if (!this.#closed && !this.#excess.take()) this.#deps.onFlood();
  }

  #trace(trace: types.ProducerTraceEventData): void {
    if (trace.type !== 'sr' || !this.#flow) return;
    if (!this.#reports.take()) return this.#overrun('report-rate');
    const report = parseSenderReport(trace.info, this.#deps.clock());
    if (report) this.#flow.selector.report(report);
  }

  /**
   * A change of the spatial layer comes with a timestamp shift of up to 108 ms that nobody is told (see "extra offset" in
   * SimulcastProducerStreamManager.cpp), so a new consumer is made, which starts without one. It happens only when the
   * lowest layer dies or comes (back) late. The worker reports the change before the first packet of the new layer.
   */
  #onLayers(flow: Flow, layers: types.ConsumerLayers | undefined): void {
    if (flow !== this.#flow || !layers || flow.consumer.type !== 'simulcast') return;
    if (flow.layer === undefined) {
      flow.layer = layers.spatialLayer;
      flow.selector.prefer(ssrcOf(this.#deps.producer, layers.spatialLayer));
    } else if (layers.spatialLayer !== flow.layer) {
      this.#disconnect();
      this.#connect().catch((error: unknown) => {
        if (this.#closed || this.#deps.producer.closed) return;
        this.#deps.meter.count('emostream_errors_total', { code: 'INTERNAL' });
        this.#deps.logger.error({ err: error, producer: this.#deps.producer.id }, 'tap lost at a change of layers');
      });
    }
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

function trackInfo(consumer: types.Consumer, source: TrackInfo['source']): TrackInfo {
  const codec = consumer.rtpParameters.codecs[0];
  const name = codec && CODECS[codec.mimeType.toLowerCase()];
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
  };
}
