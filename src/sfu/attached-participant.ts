import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import { Bulkhead } from '../common/bulkhead.js';
import type { Agreement, Source } from '../common/consent.js';
import { EmostreamError } from '../common/errors.js';
import type { MediaProblem } from '../common/media-problem.js';
import { MediaProblems } from './media-problems.js';
import { ParticipantTaps, type ParticipantTapsDeps } from './participant-taps.js';
import { RtpTap } from './rtp-tap.js';
import { tappable, type TapDeps } from './tap.js';
import { tapCodec } from './tap-codecs.js';
import { TapTransports } from './tap-transports.js';
import { TrackPath } from './track-path.js';
import type { CloseReason, ParticipantAnalysis, ShownWords } from './types.js';

export interface AttachedParticipantDeps extends Omit<
  ParticipantTapsDeps,
  'participant' | 'onMediaProblem' | 'onFlood' | 'bulkhead' | 'createTap'
> {
  /** Of another application, and so are the producers. */
  router: types.Router;
}

interface AttachedEvents {
  mediaProblem: [{ source: Source; problem: MediaProblem | null }];
  /** What those who may read words are told. */
  words: [words: ShownWords];
  closed: [reason: CloseReason];
}

const SOURCE = { video: 'camera', audio: 'microphone' } as const satisfies Record<types.MediaKind, Source>;

/** People of one router share the transports by which their media come to analysis. */
const transports = new WeakMap<types.Router, TapTransports>();

/**
 * A person whose media are in somebody else's mediasoup application. Of theirs nothing is closed, paused or refused here: what
 * exceeds a limit is not analysed any more, and the call over there goes on.
 */
export class AttachedParticipant extends EventEmitter<AttachedEvents> {
  readonly id: string;
  readonly #deps: AttachedParticipantDeps;
  readonly #bulkhead: Bulkhead;
  readonly #taps: ParticipantTaps;
  readonly #tapTransports: TapTransports;
  readonly #problems: MediaProblems<Source>;
  readonly #producers = new Map<string, { producer: types.Producer; source: Source; forget: () => void }>();
  readonly #stopListening: () => void;
  #closed = false;

  /** @throws EmostreamError CLOSED when the router is closed */
  constructor(id: string, deps: AttachedParticipantDeps) {
    super();
    const { router, analysis } = deps;
    this.id = id;
    this.#deps = deps;
    if (router.closed) throw new EmostreamError('CLOSED', 'router: it is closed');
    this.#bulkhead = new Bulkhead('participant', { ...deps, close: () => this.close('failed') });
    this.#problems = new MediaProblems((source, problem) => {
      if (this.#closed) return;
      analysis.mediaProblem(source, problem);
      this.emit('mediaProblem', { source, problem });
    });
    const shared = transports.get(router) ?? new TapTransports(router);
    transports.set(router, shared);
    this.#tapTransports = shared;
    this.#taps = new ParticipantTaps({
      participant: id,
      ...deps,
      bulkhead: this.#bulkhead,
      onMediaProblem: (source, problem) => this.#problems.set(source, 'analysis', problem),
      onFlood: (trackId) => this.#taps.setAside(trackId, 'packet-rate'),
    });
    const onWorker = this.#bulkhead.wrap(() => this.close('worker-died'));
    const onRouter = this.#bulkhead.wrap(() => this.close('left'));
    // With its worker a router closes, too, and says that last.
    router.on('workerclose', onWorker);
    router.observer.on('close', onRouter);
    this.#stopListening = () => {
      router.off('workerclose', onWorker);
      router.observer.off('close', onRouter);
    };
  }

  get agreement(): Agreement {
    return this.#taps.agreement;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Ids of the producers that are theirs at the moment. */
  get producers(): ReadonlyMap<string, Source> {
    return new Map([...this.#producers].map(([id, { source }]) => [id, source]));
  }

  /** Withdrawn taps are closed before this returns; the promise resolves when allowed ones are open. */
  setConsent({ consent, showWords }: Agreement): Promise<void> {
    this.#assertOpen();
    return this.#taps.setConsent(consent, showWords);
  }

  /** Words on the server's clock. @returns they are shown. @throws EmostreamError CONSENT_REQUIRED */
  caption(words: Parameters<ParticipantAnalysis['caption']>[0]): boolean {
    this.#assertOpen();
    if (!this.agreement.consent.words) {
      throw new EmostreamError('CONSENT_REQUIRED', 'words need consent to words: give it first');
    }
    return this.#deps.analysis.caption(words);
  }

  /**
   * A producer of theirs: of pictures their camera, of sound their microphone. It is theirs until it closes. Resolves when the tap is
   * open, if consent allows one.
   * @throws EmostreamError UNSUPPORTED_MEDIA, CLOSED, or WRONG_STATE where there is one of that kind already
   */
  async add(producer: types.Producer): Promise<void> {
    this.#assertOpen();
    const source = SOURCE[producer.kind];
    if (producer.closed) throw new EmostreamError('CLOSED', `producer ${producer.id} is closed`);
    const [codec] = producer.rtpParameters.codecs;
    if (!codec || !tapCodec(codec)) {
      const name = codec ? `${codec.mimeType} (${JSON.stringify(codec.parameters ?? {})})` : '(none)';
      throw new EmostreamError('UNSUPPORTED_MEDIA', `producer ${producer.id}: ${name} cannot be analysed`);
    }
    if ([...this.#producers.values()].some((own) => own.source === source)) {
      throw new EmostreamError('WRONG_STATE', `there is a ${source} already: remove its producer first`);
    }
    const onClose = this.#bulkhead.wrap(() => this.remove(producer.id));
    producer.observer.once('close', onClose);
    this.#problems.forget(source);
    const path = new TrackPath({
      producer,
      clock: this.#deps.clock,
      bulkhead: this.#bulkhead,
      tell: (problem) => this.#problems.set(source, 'path', problem),
    });
    const forget = () => {
      producer.observer.off('close', onClose);
      path.close();
    };
    this.#producers.set(producer.id, { producer, source, forget });
    const createTap = (deps: TapDeps) => new RtpTap(this.#tapTransports, deps);
    await this.#taps.add(tappable(producer, createTap), source);
  }

  /** A producer of which nothing is analysed any more; it goes on in its own application. */
  remove(producerId: string): void {
    const own = this.#producers.get(producerId);
    if (!own) return;
    this.#producers.delete(producerId);
    this.#bulkhead.steps(
      () => own.forget(),
      () => this.#taps.remove(producerId),
    );
  }

  close(reason: CloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#bulkhead.steps(
      () => this.#stopListening(),
      () => this.#deps.analysis.close(reason),
      () => this.#taps.closeAll(),
      ...[...this.#producers.keys()].map((id) => () => this.remove(id)),
      () => this.emit('closed', reason),
    );
  }

  #assertOpen(): void {
    if (this.#closed) throw new EmostreamError('CLOSED', 'this attachment is closed: attach anew');
  }
}
