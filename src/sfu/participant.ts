import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import type { Consent, Source } from '../common/consent.js';
import { EmostreamError } from '../common/errors.js';
import type { MediaProblem } from '../common/media-problem.js';
import { fromMediasoup } from './errors.js';
import { MediaProblems, type ProblemFinder } from './media-problems.js';
import { ParticipantTaps, type ParticipantTapsDeps } from './participant-taps.js';
import { checkRtpParameters } from './rtp-checks.js';
import { KEY_FRAME_INTERVAL_MS } from './tap.js';
import { createWebRtcTransport } from './transport.js';
import type { ConsumerInfo, ProducerInfo } from './media-info.js';
import type { Direction, ParticipantCloseReason, ParticipantEvents } from './participant-events.js';
import type { ParticipantAnalysis } from './types.js';

export interface ParticipantDeps extends Omit<ParticipantTapsDeps, 'participant' | 'onMediaProblem'> {
  router: types.Router;
  webRtcServer: types.WebRtcServer;
  rtpCapabilities: types.RtpCapabilities;
  findProducer: (producerId: string) => { participant: string; info: ProducerInfo } | undefined;
  maxBitrate: number;
  maxParticipants: number;
}

interface OwnProducer {
  producer: types.Producer;
  source: Source;
}

/** One transport for each direction, and one more while a client replaces it. */
const MAX_TRANSPORTS = 4;

/** A person in a room: their transports, what they send and receive, their consent, and the taps it allows. */
export class Participant extends EventEmitter<ParticipantEvents> {
  readonly id: string;
  readonly #deps: ParticipantDeps;
  readonly #transports = new Map<string, { transport: types.WebRtcTransport; direction: Direction }>();
  readonly #producers = new Map<string, OwnProducer>();
  readonly #consumers = new Map<string, types.Consumer>();
  readonly #taps: ParticipantTaps;
  readonly #problems: MediaProblems;
  #closed = false;

  constructor(id: string, deps: ParticipantDeps) {
    super();
    this.id = id;
    this.#deps = deps;
    this.#problems = new MediaProblems((source, problem) => {
      if (this.#closed) return;
      deps.analysis.mediaProblem(source, problem);
      this.emit('mediaProblem', { source, problem });
    });
    this.#taps = new ParticipantTaps({
      participant: id,
      ...deps,
      onMediaProblem: (source, problem) => this.tellProblem(source, problem, 'analysis'),
    });
  }

  get consent(): Consent {
    return this.#taps.consent;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get producers(): ProducerInfo[] {
    return [...this.#producers.values()].map(describe);
  }

  producerInfo(producerId: string): ProducerInfo | undefined {
    const own = this.#producers.get(producerId);
    return own && describe(own);
  }

  // --- transports -------------------------------------------------------------------------------------------------

  async createTransport(direction: Direction): Promise<types.WebRtcTransport> {
    this.#assertOpen();
    if (this.#transports.size >= MAX_TRANSPORTS) {
      throw new EmostreamError('LIMIT_REACHED', `${MAX_TRANSPORTS} transports at most: leave and join again`);
    }
    const { router, webRtcServer, maxBitrate } = this.#deps;
    const transport = await createWebRtcTransport(router, {
      webRtcServer,
      ...(direction === 'send' ? { maxIncomingBitrate: maxBitrate } : {}),
    });
    if (this.#closed) {
      transport.close();
      this.#assertOpen();
    }
    this.#transports.set(transport.id, { transport, direction });
    transport.observer.once('close', () => this.#transports.delete(transport.id));
    return transport;
  }

  async connectTransport(transportId: string, dtlsParameters: unknown): Promise<void> {
    const { transport } = this.#transport(transportId);
    try {
      await transport.connect({ dtlsParameters: structuredClone(dtlsParameters) as types.DtlsParameters });
    } catch (error) {
      throw fromMediasoup(error, 'dtlsParameters');
    }
  }

  async restartIce(transportId: string): Promise<types.IceParameters> {
    const { transport } = this.#transport(transportId);
    try {
      return await transport.restartIce();
    } catch (error) {
      throw fromMediasoup(error, 'transportId');
    }
  }

  // --- what they send ---------------------------------------------------------------------------------------------

  async produce(request: {
    transportId: string;
    source: Source;
    kind: types.MediaKind;
    rtpParameters: unknown;
  }): Promise<ProducerInfo> {
    const transport = this.#transport(request.transportId, 'send');
    this.#assertSourceFree(request.source);
    const rtpParameters = checkRtpParameters(request.source, request.kind, request.rtpParameters);
    let producer: types.Producer;
    try {
      producer = await transport.transport.produce({
        kind: request.kind,
        rtpParameters,
        ...(request.kind === 'video' ? { keyFrameRequestDelay: KEY_FRAME_INTERVAL_MS } : {}),
      });
    } catch (error) {
      throw fromMediasoup(error, 'rtpParameters');
    }
    return this.adopt(producer, request.source);
  }

  /**
   * Makes a producer on the room's router this participant's own. What `produce` ends with; tests and benchmarks bring
   * producers of other transports. Resolves when the tap is open, if consent allows one.
   */
  async adopt(producer: types.Producer, source: Source): Promise<ProducerInfo> {
    try {
      this.#assertOpen();
      this.#assertSourceFree(source);
    } catch (error) {
      producer.close();
      throw error;
    }
    const own: OwnProducer = { producer, source };
    this.#producers.set(producer.id, own);
    this.#problems.forget(source);
    producer.observer.once('close', () => this.#forget(own));
    const info = describe(own);
    this.emit('producerAdded', info);
    await this.#taps.add(producer, source);
    return info;
  }

  async pauseProducer(producerId: string): Promise<void> {
    const { producer } = this.#producer(producerId);
    if (producer.paused) return;
    await producer.pause();
    this.emit('producerPaused', producerId);
  }

  async resumeProducer(producerId: string): Promise<void> {
    const { producer } = this.#producer(producerId);
    if (!producer.paused) return;
    await producer.resume();
    this.emit('producerResumed', producerId);
  }

  closeProducer(producerId: string): void {
    this.#producer(producerId).producer.close();
  }

  /**
   * Says what is wrong with a track's media, to the call and to subscribers. What a limit stopped is told until the source
   * is sent anew.
   * @param problem null: nothing any more, as far as this finder sees
   */
  tellProblem(source: Source, problem: MediaProblem | null, finder: ProblemFinder = 'limits'): void {
    this.#problems.set(source, finder, problem);
  }

  // --- what they receive ------------------------------------------------------------------------------------------

  /** Starts paused: the client resumes when it is ready, and a key frame is asked for then. */
  async consume(transportId: string, producerId: string): Promise<ConsumerInfo> {
    const { transport } = this.#transport(transportId, 'recv');
    const found = this.#deps.findProducer(producerId);
    if (!found || found.participant === this.id) {
      throw new EmostreamError('NOT_FOUND', 'producerId: no such producer of another participant in this room');
    }
    if (this.#consumers.size >= 2 * this.#deps.maxParticipants) {
      throw new EmostreamError('LIMIT_REACHED', 'too many consumers: consume each producer once');
    }
    if (!this.#deps.router.canConsume({ producerId, rtpCapabilities: this.#deps.rtpCapabilities })) {
      throw new EmostreamError('UNSUPPORTED_MEDIA', 'the rtpCapabilities given at join do not allow this producer');
    }
    let consumer: types.Consumer;
    try {
      consumer = await transport.consume({
        producerId,
        rtpCapabilities: this.#deps.rtpCapabilities,
        paused: true,
      });
    } catch (error) {
      throw fromMediasoup(error, 'producerId');
    }
    this.#consumers.set(consumer.id, consumer);
    consumer.observer.once('close', () => {
      this.#consumers.delete(consumer.id);
      if (!this.#closed) this.emit('consumerClosed', { consumerId: consumer.id, producerId });
    });
    return {
      consumerId: consumer.id,
      producerId,
      participant: found.participant,
      source: found.info.source,
      kind: consumer.kind,
      rtpParameters: consumer.rtpParameters,
      producerPaused: consumer.producerPaused,
    };
  }

  async resumeConsumer(consumerId: string): Promise<void> {
    const consumer = this.#consumers.get(consumerId);
    if (!consumer) throw new EmostreamError('NOT_FOUND', 'consumerId: no such consumer');
    await consumer.resume();
  }

  // --- analysis ---------------------------------------------------------------------------------------------------

  /** Withdrawn taps are closed before this returns; the promise resolves when allowed ones are open. */
  setConsent(consent: Consent): Promise<void> {
    this.#assertOpen();
    return this.#taps.setConsent(consent);
  }

  /** Words on the server's clock. @throws EmostreamError CONSENT_REQUIRED */
  caption(words: Parameters<ParticipantAnalysis['caption']>[0]): void {
    this.#assertOpen();
    if (!this.consent.words) {
      throw new EmostreamError(
        'CONSENT_REQUIRED',
        'words are analysed only with consent to words: send setConsent first',
      );
    }
    this.#deps.analysis.caption(words);
  }

  close(reason: ParticipantCloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#deps.analysis.close(reason);
    this.#taps.closeAll();
    for (const own of [...this.#producers.values()]) own.producer.close();
    for (const { transport } of [...this.#transports.values()]) transport.close();
    this.emit('closed', reason);
  }

  #forget(own: OwnProducer): void {
    this.#taps.remove(own.producer.id);
    this.#producers.delete(own.producer.id);
    if (!this.#closed) this.emit('producerRemoved', own.producer.id);
  }

  #assertOpen(): void {
    if (this.#closed) throw new EmostreamError('CLOSED', 'the participant left meanwhile: join again');
  }

  #assertSourceFree(source: Source): void {
    if ([...this.#producers.values()].some((own) => own.source === source)) {
      throw new EmostreamError('WRONG_STATE', `source: the ${source} is sent already; close its producer first`);
    }
  }

  #transport(id: string, direction?: Direction) {
    const entry = this.#transports.get(id);
    if (!entry) throw new EmostreamError('NOT_FOUND', 'transportId: no such transport');
    if (direction && entry.direction !== direction) {
      throw new EmostreamError('WRONG_STATE', `transportId: this transport was created to ${entry.direction}`);
    }
    return entry;
  }

  #producer(id: string): OwnProducer {
    const own = this.#producers.get(id);
    if (!own) throw new EmostreamError('NOT_FOUND', 'producerId: no such producer of yours');
    return own;
  }
}

function describe({ producer, source }: OwnProducer): ProducerInfo {
  return { producerId: producer.id, source, kind: producer.kind, paused: producer.paused };
}
