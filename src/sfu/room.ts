import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import type { Logger } from 'pino';
import { Bulkhead } from '../common/bulkhead.js';
import type { Clock } from '../common/clock.js';
import { EmostreamError } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import { MEDIA_CODECS } from './media-codecs.js';
import type { ParticipantCloseReason } from './participant-events.js';
import { Participant } from './participant.js';
import { checkRtpCapabilities } from './rtp-checks.js';
import { RtpTap } from './rtp-tap.js';
import type { TapCounter } from './tap-counter.js';
import { TapTransports } from './tap-transports.js';
import type { Analyser, ShownWords } from './types.js';
import { consumersOf } from './worker-load.js';
import type { MediaWorker, WorkerPool } from './worker-pool.js';

export interface RoomDeps {
  pool: WorkerPool;
  analyser: Analyser;
  clock: Clock;
  meter: Meter;
  logger: Logger;
  /** Highest incoming bitrate per participant, bit/s. */
  maxBitrate: number;
  /** Most RTP packets per second of a participant. */
  maxPacketRate: number;
  maxParticipants: number;
  /** Most consumers that a media worker is to carry, all of its rooms together. */
  maxConsumersPerWorker: number;
  tapCounter: TapCounter;
}

/** `ended`: by a moderator. */
export type RoomCloseReason = 'empty' | 'ended' | 'server-closing' | 'worker-died' | 'failed';

const PARTICIPANT_REASON: Record<RoomCloseReason, ParticipantCloseReason> = {
  empty: 'left',
  ended: 'removed',
  'server-closing': 'server-closing',
  'worker-died': 'worker-died',
  failed: 'failed',
};

/** One call: a mediasoup router, the participants on it, and the transports that the taps of the room share. */
export class Room extends EventEmitter<{ closed: [reason: RoomCloseReason] }> {
  readonly id: string;
  /** The room's router: tests and benchmarks put their own RTP into it. */
  readonly router: types.Router;
  readonly #deps: RoomDeps;
  readonly #worker: MediaWorker;
  readonly #tapTransports: TapTransports;
  readonly #bulkhead: Bulkhead;
  readonly #participants = new Map<string, Participant>();
  #closed = false;

  private constructor(id: string, deps: RoomDeps, worker: MediaWorker, router: types.Router) {
    super();
    this.id = id;
    this.router = router;
    this.#deps = deps;
    this.#worker = worker;
    this.#tapTransports = new TapTransports(router);
    worker.rooms += 1;
    // Only a worker that ends takes its routers along.
    this.#bulkhead = new Bulkhead('room', { ...deps, close: () => this.close('failed') });
    router.once(
      'workerclose',
      this.#bulkhead.wrap(() => this.close('worker-died')),
    );
  }

  /** @throws EmostreamError WORKER_DIED while no worker runs */
  static async create(id: string, deps: RoomDeps): Promise<Room> {
    const worker = await deps.pool.acquire();
    try {
      return new Room(id, deps, worker, await worker.worker.createRouter({ mediaCodecs: MEDIA_CODECS }));
    } catch (error) {
      deps.pool.suspect(worker);
      throw new EmostreamError('WORKER_DIED', 'the media worker ended while the room was opened: try again', {
        cause: error,
      });
    }
  }

  get closed(): boolean {
    return this.#closed;
  }

  get participants(): ReadonlyMap<string, Participant> {
    return this.#participants;
  }

  /**
   * Takes a seat. Consent starts at none; `Participant.setConsent` says what it is.
   * @param rtpCapabilities what the client can receive, unchecked
   * @throws EmostreamError LIMIT_REACHED, BAD_MESSAGE, CLOSED, or the analyser's
   */
  join(id: string, rtpCapabilities: unknown): Participant {
    if (this.#closed) throw new EmostreamError('CLOSED', 'the room closed meanwhile: join again');
    if (this.#participants.has(id)) throw new EmostreamError('WRONG_STATE', 'this participant is in the room already');
    if (this.#participants.size >= this.#deps.maxParticipants) {
      throw new EmostreamError(
        'LIMIT_REACHED',
        `the room is full: ${this.#deps.maxParticipants} participants at most (maxParticipantsPerRoom)`,
      );
    }
    this.#assertCarried(this.#participants.size + 1);
    const capabilities = checkRtpCapabilities(rtpCapabilities);
    const onWords = (words: ShownWords) => {
      if (!participant.closed && participant.agreement.showWords) participant.emit('words', words);
    };
    const analysis = this.#deps.analyser.open({ room: this.id, participant: id }, onWords);
    const participant: Participant = new Participant(id, {
      router: this.router,
      webRtcServer: () => this.#worker.webRtcServer,
      rtpCapabilities: capabilities,
      analysis,
      findProducer: (producerId) => this.#findProducer(producerId),
      suspectWorker: () => this.#deps.pool.suspect(this.#worker),
      createTap: (tap) => new RtpTap(this.#tapTransports, tap),
      ...this.#deps,
    });
    this.#reserve(() => this.#participants.set(id, participant));
    participant.once(
      'closed',
      this.#bulkhead.wrap(() => this.#reserve(() => this.#participants.delete(id))),
    );
    return participant;
  }

  close(reason: RoomCloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#worker.rooms -= 1;
    this.#bulkhead.steps(
      ...[...this.#participants.values()].map((participant) => () => participant.close(PARTICIPANT_REASON[reason])),
      () => this.router.close(),
      () => this.emit('closed', reason),
    );
  }

  /** @throws EmostreamError LIMIT_REACHED when the room's worker cannot carry so many people of it */
  #assertCarried(people: number): void {
    const { maxConsumersPerWorker, meter } = this.#deps;
    const { load } = this.#worker;
    const grown = consumersOf(people) - consumersOf(this.#participants.size);
    if (load.reserved + grown <= maxConsumersPerWorker) return;
    meter.count('emostream_refused_total', { what: 'consumer' });
    throw new EmostreamError(
      'LIMIT_REACHED',
      'no more people can see each other here at the moment: the media worker of this call carries all it can ' +
        '(maxConsumersPerWorker); join again when somebody has left, or open a call under another name',
    );
  }

  /** Keeps the worker's reservation in step with the number of seats. */
  #reserve(change: () => void): void {
    const before = consumersOf(this.#participants.size);
    change();
    this.#worker.load.reserve(consumersOf(this.#participants.size) - before);
  }

  #findProducer(producerId: string) {
    for (const participant of this.#participants.values()) {
      const info = participant.producerInfo(producerId);
      if (info) return { participant: participant.id, info };
    }
    return undefined;
  }
}
