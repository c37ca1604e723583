import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import { Bulkhead } from '../common/bulkhead.js';
import { type Agreement, type Consent, isAnalysable, type SentSource } from '../common/consent.js';
import { EmostreamError } from '../common/errors.js';
import type { MediaProblem } from '../common/media-problem.js';
import { TokenBucket } from '../common/token-bucket.js';
import { type AskWorker, askWorker } from './ask-worker.js';
import { MediaProblems, type ProblemFinder } from './media-problems.js';
import { ParticipantConsumers } from './participant-consumers.js';
import { ParticipantTaps, type ParticipantTapsDeps } from './participant-taps.js';
import { ParticipantTransports } from './participant-transports.js';
import { checkRtpParameters } from './rtp-checks.js';
import { type DirectOptions, type DirectTrack, DirectTracks } from './direct-track.js';
import { KEY_FRAME_INTERVAL_MS, type Tap, tappable, type TapDeps } from './tap.js';
import { type RateProblem, RateWatch } from './rate-watch.js';
import { TrackPath } from './track-path.js';
import { type ConsumerInfo, closing, describe, type OwnProducer, type ProducerInfo } from './media-info.js';
import type { Direction, ParticipantCloseReason, ParticipantEvents } from './participant-events.js';
import type { ParticipantAnalysis } from './types.js';

export interface ParticipantDeps extends Omit<
  ParticipantTapsDeps,
  'participant' | 'onMediaProblem' | 'onFlood' | 'bulkhead'
> {
  router: types.Router;
  /** Where a new transport listens: the addresses may change. */
  webRtcServer: () => types.WebRtcServer;
  rtpCapabilities: types.RtpCapabilities;
  createTap: (deps: TapDeps) => Tap;
  findProducer: (producerId: string) => { participant: string; info: ProducerInfo } | undefined;
  maxBitrate: number;
  maxPacketRate: number;
  /** A request of the worker failed: look whether it is well. */
  suspectWorker: () => void;
}

/** Senders that were stopped for their rate may try again so often; who floods on is put out of the room. */
const STOPS = { burst: 3, perSecond: 1 / 60 };

/** A person in a room: their transports, what they send and receive, their consent, and the taps it allows. */
export class Participant extends EventEmitter<ParticipantEvents> {
  readonly id: string;
  readonly #deps: ParticipantDeps;
  readonly #bulkhead: Bulkhead;
  readonly #ask: AskWorker;
  readonly #transports: ParticipantTransports;
  readonly #producers = new Map<string, OwnProducer>();
  readonly #direct: DirectTracks;
  readonly #consumers: ParticipantConsumers;
  readonly #taps: ParticipantTaps;
  readonly #problems: MediaProblems;
  readonly #rates: RateWatch;
  readonly #stops: TokenBucket;
  #closed = false;

  constructor(id: string, deps: ParticipantDeps) {
    super();
    this.id = id;
    this.#deps = deps;
    this.#bulkhead = new Bulkhead('participant', { ...deps, close: () => this.close('failed') });
    this.#ask = askWorker(deps.suspectWorker);
    this.#transports = new ParticipantTransports({ ...deps, ask: this.#ask, bulkhead: this.#bulkhead });
    this.#consumers = new ParticipantConsumers({
      ...deps,
      ask: this.#ask,
      bulkhead: this.#bulkhead,
      onClosed: (consumer) => {
        if (!this.#closed) this.emit('consumerClosed', consumer);
      },
    });
    this.#problems = new MediaProblems((source, problem) => {
      if (this.#closed) return;
      if (isAnalysable(source)) deps.analysis.mediaProblem(source, problem);
      this.emit('mediaProblem', { source, problem });
    });
    this.#taps = new ParticipantTaps({
      participant: id,
      ...deps,
      bulkhead: this.#bulkhead,
      onMediaProblem: (source, problem) => this.tellProblem(source, problem, 'analysis'),
      onFlood: (id) => this.#stop('packet-rate', this.#producers.get(id)?.producer),
    });
    this.#direct = new DirectTracks(this.#taps, this.#bulkhead);
    this.#stops = new TokenBucket(STOPS.burst, STOPS.perSecond, deps.clock);
    this.#rates = new RateWatch({
      ...deps,
      bulkhead: this.#bulkhead,
      producers: () => [...this.#producers.values()].map(({ producer }) => producer),
      transports: () => this.#transports.open,
      stop: (problem, by) => this.#stop(problem, by),
    });
  }

  get consent(): Consent {
    return this.#taps.agreement.consent;
  }

  get agreement(): Agreement {
    return this.#taps.agreement;
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

  createTransport(direction: Direction): Promise<types.WebRtcTransport> {
    this.#assertOpen();
    return this.#transports.create(direction);
  }

  connectTransport(transportId: string, dtlsParameters: unknown): Promise<void> {
    return this.#transports.connect(transportId, dtlsParameters);
  }

  restartIce(transportId: string): Promise<types.IceParameters> {
    return this.#transports.restartIce(transportId);
  }

  // --- what they send ---------------------------------------------------------------------------------------------

  async produce(request: {
    transportId: string;
    source: SentSource;
    kind: types.MediaKind;
    rtpParameters: unknown;
  }): Promise<ProducerInfo> {
    const { transport } = this.#transports.get(request.transportId, 'send');
    this.#assertSourceFree(request.source);
    const rtpParameters = checkRtpParameters(request.source, request.kind, request.rtpParameters);
    const producer = await this.#ask('rtpParameters', () =>
      transport.produce({
        kind: request.kind,
        rtpParameters,
        ...(request.kind === 'video' ? { keyFrameRequestDelay: KEY_FRAME_INTERVAL_MS } : {}),
      }),
    );
    return this.adopt(producer, request.source, transport);
  }

  /**
   * Makes a producer on the room's router this participant's own. What `produce` ends with; tests and benchmarks bring
   * producers of other transports. Resolves when the tap is open, if consent allows one; a screen has none.
   */
  async adopt(producer: types.Producer, source: SentSource, transport?: types.WebRtcTransport): Promise<ProducerInfo> {
    try {
      this.#assertOpen();
      this.#assertSourceFree(source);
    } catch (error) {
      this.#bulkhead.steps(() => producer.close());
      throw error;
    }
    const own: OwnProducer = { producer, source };
    this.#producers.set(producer.id, own);
    this.#problems.forget(source);
    producer.observer.once(
      'close',
      this.#bulkhead.wrap(() => this.#forget(own)),
    );
    const info = describe(own);
    this.emit('producerAdded', info);
    // It goes to the others and nowhere else; while nothing on it moves, hardly a packet comes, and none is missing.
    if (!isAnalysable(source)) return info;
    const tell = (problem: MediaProblem | null) => this.tellProblem(source, problem, 'path');
    new TrackPath({ producer, transport, clock: this.#deps.clock, bulkhead: this.#bulkhead, tell });
    await this.#taps.add(tappable(producer, this.#deps.createTap), source);
    return info;
  }

  /** A track whose media come by no RTP: the call does not get it, analysis does while its owner consents. @throws as `adopt` */
  direct(options: DirectOptions): DirectTrack {
    this.#assertOpen();
    this.#assertSourceFree(options.source);
    return this.#direct.open(options);
  }

  async pauseProducer(producerId: string): Promise<void> {
    const { producer } = this.#producer(producerId);
    if (producer.paused) return;
    await this.#ask('producerId', () => producer.pause());
    this.emit('producerPaused', producerId);
  }

  async resumeProducer(producerId: string): Promise<void> {
    const { producer } = this.#producer(producerId);
    if (!producer.paused) return;
    await this.#ask('producerId', () => producer.resume());
    this.emit('producerResumed', producerId);
  }

  closeProducer(producerId: string): void {
    this.#producer(producerId).producer.close();
  }

  /**
   * Says what is wrong with a track's media (null: nothing any more, as far as this finder sees), to the call and to
   * subscribers. What a limit stopped is told until the source is sent anew.
   */
  tellProblem(source: SentSource, problem: MediaProblem | null, finder: ProblemFinder = 'limits'): void {
    this.#problems.set(source, finder, problem);
  }

  // --- what they receive ------------------------------------------------------------------------------------------

  /** Starts paused: the client resumes when it is ready, and a key frame is asked for then. */
  async consume(transportId: string, producerId: string): Promise<ConsumerInfo> {
    const { transport } = this.#transports.get(transportId, 'recv');
    const found = this.#deps.findProducer(producerId);
    if (!found || found.participant === this.id) {
      throw new EmostreamError('NOT_FOUND', 'producerId: no such producer of another participant in this room');
    }
    return this.#consumers.consume(transport, found);
  }

  resumeConsumer(consumerId: string): Promise<void> {
    return this.#consumers.resume(consumerId);
  }

  // --- analysis ---------------------------------------------------------------------------------------------------

  /** Withdrawn taps are closed before this returns; the promise resolves when allowed ones are open. */
  setConsent(consent: Consent, showWords = false): Promise<void> {
    this.#assertOpen();
    return this.#taps.setConsent(consent, showWords);
  }

  /** Words on the server's clock. @returns they are shown. @throws EmostreamError CONSENT_REQUIRED */
  caption(words: Parameters<ParticipantAnalysis['caption']>[0]): boolean {
    this.#assertOpen();
    if (!this.consent.words) {
      throw new EmostreamError('CONSENT_REQUIRED', 'words need consent to words: send setConsent first');
    }
    return this.#deps.analysis.caption(words);
  }

  close(reason: ParticipantCloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#bulkhead.steps(
      () => this.#rates.close(),
      () => this.#deps.analysis.close(reason),
      () => this.#taps.closeAll(),
      () => this.#direct.close(),
      ...[...this.#producers.values()].map(closing),
      () => this.#transports.closeAll(),
      () => this.#producers.clear(),
      () => this.#consumers.clear(),
      () => this.emit('closed', reason),
    );
  }

  #forget(own: OwnProducer): void {
    if (!this.#producers.has(own.producer.id)) return;
    this.#taps.remove(own.producer.id);
    this.#producers.delete(own.producer.id);
    if (!this.#closed) this.emit('producerRemoved', own.producer.id);
  }

  /** Somebody sends more than is allowed: what they send is closed, and everybody is told. Without a producer, its transport. */
  #stop(problem: RateProblem, by: types.Producer | types.WebRtcTransport | undefined): void {
    const { meter, logger } = this.#deps;
    meter.count('emostream_set_asides_total', { reason: problem });
    const own = by && this.#producers.get(by.id);
    logger.warn({ participant: this.id, source: own?.source, problem }, 'a sender was stopped');
    if (!this.#stops.take()) return this.close('removed');
    if (own) {
      own.producer.close();
      this.tellProblem(own.source, problem);
      return;
    }
    by?.close();
  }

  #assertOpen(): void {
    if (this.#closed) throw new EmostreamError('CLOSED', 'the participant left meanwhile: join again');
  }

  #assertSourceFree(source: SentSource): void {
    if ([...this.#producers.values(), ...this.#direct].some((own) => own.source === source)) {
      throw new EmostreamError('WRONG_STATE', `source: the ${source} is sent already; close its producer first`);
    }
  }

  #producer(id: string): OwnProducer {
    const own = this.#producers.get(id);
    if (!own) throw new EmostreamError('NOT_FOUND', 'producerId: no such producer of yours');
    return own;
  }
}
