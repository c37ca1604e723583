import type { types } from 'mediasoup';
import type { Bulkhead } from '../common/bulkhead.js';
import { EmostreamError } from '../common/errors.js';
import type { AskWorker } from './ask-worker.js';
import type { Direction } from './participant-events.js';
import { checkDtlsParameters } from './rtp-checks.js';
import { createWebRtcTransport } from './transport.js';

export interface ParticipantTransportsDeps {
  router: types.Router;
  /** Where a new transport listens: the addresses may change. */
  webRtcServer: () => types.WebRtcServer;
  /** Highest incoming bitrate, bit/s. */
  maxBitrate: number;
  ask: AskWorker;
  bulkhead: Bulkhead;
}

interface OwnTransport {
  transport: types.WebRtcTransport;
  direction: Direction;
  /** The client's side of DTLS was told: it cannot be told twice. */
  connected: boolean;
}

/** One transport for each direction, and one more while a client replaces it. */
const MAX_TRANSPORTS = 4;

/** The WebRTC transports of a participant. */
export class ParticipantTransports {
  readonly #deps: ParticipantTransportsDeps;
  readonly #transports = new Map<string, OwnTransport>();
  #closed = false;

  constructor(deps: ParticipantTransportsDeps) {
    this.#deps = deps;
  }

  async create(direction: Direction): Promise<types.WebRtcTransport> {
    if (this.#transports.size >= MAX_TRANSPORTS) {
      throw new EmostreamError('LIMIT_REACHED', `${MAX_TRANSPORTS} transports at most: leave and join again`);
    }
    const { router, webRtcServer, maxBitrate, ask, bulkhead } = this.#deps;
    const limit = direction === 'send' ? { maxIncomingBitrate: maxBitrate } : {};
    const transport = await ask('direction', () =>
      createWebRtcTransport(router, { webRtcServer: webRtcServer(), bulkhead, ...limit }),
    );
    if (this.#closed) {
      bulkhead.steps(() => transport.close());
      throw new EmostreamError('CLOSED', 'the participant left meanwhile: join again');
    }
    this.#transports.set(transport.id, { transport, direction, connected: false });
    transport.observer.once(
      'close',
      bulkhead.wrap(() => this.#transports.delete(transport.id)),
    );
    return transport;
  }

  async connect(id: string, dtlsParameters: unknown): Promise<void> {
    const own = this.get(id);
    if (own.connected) throw new EmostreamError('WRONG_STATE', 'transportId: this transport is connected already');
    const checked = checkDtlsParameters(dtlsParameters);
    own.connected = true;
    await this.#deps.ask('dtlsParameters', () => own.transport.connect({ dtlsParameters: checked }));
  }

  restartIce(id: string): Promise<types.IceParameters> {
    const { transport } = this.get(id);
    return this.#deps.ask('transportId', () => transport.restartIce());
  }

  /** @throws EmostreamError NOT_FOUND, or WRONG_STATE when it is of the other direction */
  get(id: string, direction?: Direction): OwnTransport {
    const own = this.#transports.get(id);
    if (!own) throw new EmostreamError('NOT_FOUND', 'transportId: no such transport');
    if (direction && own.direction !== direction) {
      throw new EmostreamError('WRONG_STATE', `transportId: this transport was created to ${own.direction}`);
    }
    return own;
  }

  /** Those of either direction: packets may come over all of them. */
  get open(): types.WebRtcTransport[] {
    return [...this.#transports.values()].map(({ transport }) => transport);
  }

  closeAll(): void {
    this.#closed = true;
    const open = [...this.#transports.values()];
    this.#transports.clear();
    this.#deps.bulkhead.steps(
      ...open.map(
        ({ transport }) =>
          () =>
            transport.close(),
      ),
    );
  }
}
