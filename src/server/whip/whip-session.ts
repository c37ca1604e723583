import { randomBytes, randomInt } from 'node:crypto';
import type { types } from 'mediasoup';
import type { Bulkhead } from '../../common/bulkhead.js';
import { EmostreamError } from '../../common/errors.js';
import { TokenBucket } from '../../common/token-bucket.js';
import { Guest, type GuestOptions } from '../guest.js';
import { preferAddress, writeAnswer, writeRestart } from './answer.js';
import type { IcePatch } from './ice-patch.js';
import { negotiate } from './negotiate.js';
import type { IceCredentials, Offer } from './offer.js';
import { Presence } from './presence.js';

export interface WhipSessionOptions extends Omit<GuestOptions, 'onNews' | 'onEnd'> {
  offer: Offer;
  /** Address of this machine at which the client asked. */
  askedAt: string;
  /** An error in what the transport tells ends the session. */
  bulkhead: (close: () => void) => Bulkhead;
  /** A session that was opened is over. */
  onEnd: (session: WhipSession) => void;
}

/** ICE restarts: each is a request of the media worker. */
const RESTARTS = { burst: 5, perSecond: 0.2 };
const ID_BYTES = 18;
const TAG_BYTES = 9;

/** One sender by WHIP: a seat in the room, a transport, and at most a microphone and a camera over it. */
export class WhipSession {
  /** Of its URL; nobody can guess it. */
  readonly id = randomBytes(ID_BYTES).toString('base64url');
  readonly guest: Guest;
  readonly room: string;
  readonly answer: string;
  readonly #transport: types.WebRtcTransport;
  readonly #options: WhipSessionOptions;
  readonly #mid: string;
  readonly #restarts: TokenBucket;
  #client: IceCredentials;
  #etag = newTag();

  private constructor(guest: Guest, transport: types.WebRtcTransport, answer: string, options: WhipSessionOptions) {
    this.guest = guest;
    this.room = options.room;
    this.answer = answer;
    this.#transport = transport;
    this.#options = options;
    this.#mid = options.offer.media[0]?.mid ?? '0';
    this.#client = options.offer.ice;
    this.#restarts = new TokenBucket(RESTARTS.burst, RESTARTS.perSecond, options.services.clock);
  }

  /**
   * Takes a seat and answers the offer; what it offers is taken whole or not at all.
   * @throws EmostreamError UNSUPPORTED_MEDIA before anything is taken; RATE_LIMITED, LIMIT_REACHED, CLOSED or WORKER_DIED
   */
  static async open(options: WhipSessionOptions): Promise<WhipSession> {
    const { offer, onEnd, askedAt } = options;
    const media = offer.media.map(negotiate);
    let session: WhipSession | undefined;
    const guest = await Guest.join({ ...options, onEnd: () => session && onEnd(session) });
    const { participant } = guest;
    try {
      const transport = await participant.createTransport('send');
      const bulkhead = options.bulkhead(() => guest.leave('failed'));
      new Presence({
        transport,
        bulkhead,
        onLost: () => guest.leave('timed-out'),
        onEnd: () => guest.leave('left'),
      });
      await participant.connectTransport(transport.id, offer.dtls);
      for (const { source, kind, rtpParameters } of media) {
        guest.costs.track();
        await participant.produce({ transportId: transport.id, source, kind, rtpParameters });
      }
      // A limit that stops the last of its tracks ends it: it could not be sent anew without another offer.
      participant.on(
        'producerRemoved',
        bulkhead.wrap(() => {
          if (participant.producers.length === 0) guest.leave('removed');
        }),
      );
      const answer = writeAnswer({
        media,
        transport: {
          iceParameters: transport.iceParameters,
          iceCandidates: preferAddress(transport.iceCandidates, askedAt),
          // RFC 8122 §5: one is enough, and every client knows this one.
          fingerprints: transport.dtlsParameters.fingerprints.filter(({ algorithm }) => algorithm === 'sha-256'),
          role: offer.dtls.role === 'server' ? 'active' : 'passive',
        },
        allowMixed: offer.allowMixed,
        sessionId: String(randomInt(1, 2 ** 47)),
      });
      if (guest.closed) throw new EmostreamError('CLOSED', 'the seat was taken away meanwhile: ask again');
      return (session = new WhipSession(guest, transport, answer, options));
    } catch (error) {
      guest.leave('failed');
      throw error;
    }
  }

  /** Names the ICE session of now (RFC 9725 §4.3.1): a strong entity tag, quotes and all. */
  get etag(): string {
    return this.#etag;
  }

  /**
   * Takes what the client tells of its ICE.
   * @returns the answer's body where ICE is restarted, and null where nothing changes
   * @throws EmostreamError RATE_LIMITED or CLOSED
   */
  async patchIce({ credentials }: IcePatch): Promise<string | null> {
    if (!credentials || sameCredentials(credentials, this.#client)) return null;
    const { services, askedAt } = this.#options;
    if (!this.#restarts.take()) {
      services.meter.count('emostream_refused_total', { what: 'request' });
      throw new EmostreamError('RATE_LIMITED', 'ICE is restarted too often: try again in 5 s');
    }
    const iceParameters = await this.guest.participant.restartIce(this.#transport.id);
    this.#client = credentials;
    this.#etag = newTag();
    return writeRestart(this.#mid, {
      iceParameters,
      iceCandidates: preferAddress(this.#transport.iceCandidates, askedAt),
    });
  }
}

const newTag = (): string => `"${randomBytes(TAG_BYTES).toString('base64url')}"`;

const sameCredentials = (one: IceCredentials, other: IceCredentials): boolean =>
  one.usernameFragment === other.usernameFragment && one.password === other.password;
